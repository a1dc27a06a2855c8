package io.panext;

import io.panext.arena.TensorArena;
import io.panext.compile.PackedProgram;
import io.panext.compile.Plan;
import io.panext.compile.Program;
import io.panext.graph.GraphBuilder;
import io.panext.graph.Shape;
import io.panext.image.ImageDecoder;
import io.panext.image.RgbImage;
import io.panext.zoo.ConvNeXtSpec;
import io.panext.zoo.Labels;
import io.panext.zoo.Parameter;
import io.panext.zoo.Preprocessing;
import io.panext.zoo.checkpoint.CheckpointException;
import io.panext.zoo.checkpoint.PretrainedModel;
import io.panext.zoo.checkpoint.UnknownModelException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * A ConvNeXt, loaded and ready: weights packed once, shared by any number of sessions.
 *
 * <p>Safe for use by many threads. The {@code classify} methods of the model itself serve one caller after the other;
 * callers that run at once take a {@link #newSession() session} each. {@link #close()} frees the weights: close sessions
 * first.
 *
 * {@snippet :
 * try (ConvNeXt model = ConvNeXt.load(Path.of("convnextv2_tiny.safetensors"))) {
 *     model.classify(Path.of("cat.jpg")).top(5).forEach(System.out::println);
 * }
 * }
 */
public final class ConvNeXt implements Classifier, AutoCloseable {

    /** Name of the model that ships inside panext: ten everyday classes. */
    public static final String EMBEDDED = PretrainedModel.EMBEDDED;

    private final String name;
    private final ConvNeXtSpec spec;
    private final Optional<Labels> labels;
    private final Preprocessing preprocessing;
    private final Options options;
    private final ModelProgram program;
    private Session shared;

    private ConvNeXt(PretrainedModel model, Options options) {
        this.name = model.name();
        this.spec = model.weights().spec();
        this.labels = model.labels();
        this.preprocessing = model.preprocessing();
        this.options = options;
        this.program = ModelProgram.load(model, options, (parameters, notes) -> compile(spec, parameters,
                options, typical(preprocessing), notes));
    }

    /**
     * Loads a model from a checkpoint.
     *
     * @param file a safetensors file, what {@code torch.save} or MindSpore's {@code save_checkpoint} wrote, the
     *             {@code .index.json} of several files, or a folder that holds one of them; a {@code config.json} beside
     *             the weights brings labels and preprocessing
     * @throws CheckpointException if it is damaged or no ConvNeXt; the message says where and why
     * @throws IOException         if it cannot be read
     */
    public static ConvNeXt load(Path file) throws IOException {
        return load(file, Options.DEFAULT);
    }

    /**
     * Loads a model from a checkpoint with options. See {@link #load(Path)}.
     *
     * @throws BackendUnavailableException if a backend or a precision was asked for that cannot be had here
     * @throws io.panext.simd.VectorApiMissingException if Java runs without {@code --add-modules=jdk.incubator.vector}
     * @throws IllegalArgumentException    if the model does not have the outputs that the options ask for
     * @throws java.util.concurrent.CancellationException if the thread is interrupted while weights are packed
     */
    public static ConvNeXt load(Path file, Options options) throws IOException {
        try (PretrainedModel model = PretrainedModel.open(file)) {
            return new ConvNeXt(model, options);
        }
    }

    /**
     * Loads a model by name or path.
     *
     * @param nameOrPath {@link #EMBEDDED}; a tag such as {@code convnext_tiny.fb_in1k}, or {@code hf:owner/name}, whose
     *                   weights have been fetched; or the path of a file or folder
     * @throws UnknownModelException if it is neither a known name nor a file
     * @throws IOException           as {@link #load(Path)} does, and if the weights have not been fetched
     */
    public static ConvNeXt load(String nameOrPath) throws IOException {
        return load(nameOrPath, Options.DEFAULT);
    }

    /** Loads a model by name or path with options. See {@link #load(String)} and {@link #load(Path, Options)}. */
    public static ConvNeXt load(String nameOrPath, Options options) throws IOException {
        try (PretrainedModel model = PretrainedModel.open(nameOrPath)) {
            return new ConvNeXt(model, options);
        }
    }

    /** Loads a model that has been opened already; it stays the caller's and may be closed afterwards. See {@link #load(Path, Options)}. */
    public static ConvNeXt load(PretrainedModel model, Options options) {
        return new ConvNeXt(model, options);
    }

    /**
     * Compiles an architecture: enough to {@linkplain Plan plan} it. Weights are not read, unless kernels have to be
     * measured.
     *
     * @param spec       the architecture
     * @param parameters finds a parameter by its canonical name
     * @param options    what is wanted, and what the compiler may do
     * @param images     what it will run on: kernels are chosen for this shape
     * @param notes      told what the user should know, in a sentence
     * @throws IllegalArgumentException    if the architecture has not what is wanted
     * @throws BackendUnavailableException if the options ask for a backend or a precision that cannot be had
     */
    public static Program compile(ConvNeXtSpec spec, Function<String, Parameter> parameters, Options options,
            Shape images, Consumer<String> notes) {
        return compile(spec, parameters, options, images, notes, () -> true);
    }

    /**
     * Compiles an architecture, and asks before it measures. See {@link #compile(ConvNeXtSpec, Function, Options, Shape,
     * Consumer)}.
     *
     * @param mayMeasure asked once, and only if there are kernels to measure: where it forbids that, those are taken that
     *                   were the fastest when they were measured, or else the first of the list
     */
    public static Program compile(ConvNeXtSpec spec, Function<String, Parameter> parameters, Options options,
            Shape images, Consumer<String> notes, BooleanSupplier mayMeasure) {
        return ModelProgram.compile(GraphBuilder.build(spec, parameters, options.outputs()), options, images, notes,
                mayMeasure);
    }

    /** Returns the shape that kernels are chosen for when a model is loaded: one image of the model's own size. */
    public static Shape typical(Preprocessing preprocessing) {
        return images(1, preprocessing.height(), preprocessing.width());
    }

    private static Shape images(int batch, int height, int width) {
        return new Shape(batch, height, width, ConvNeXtSpec.IMAGE_CHANNELS);
    }

    @Override
    public ImageDecoder decoder() {
        return options.decoder();
    }

    @Override
    public synchronized Classification classify(RgbImage image) {
        if (shared == null) {
            shared = newSession();
        }
        return shared.classify(image);
    }

    /** Opens a session for one image at a time of the model's own size. */
    public Session newSession() {
        return newSession(1, preprocessing.height(), preprocessing.width());
    }

    /**
     * Opens a session with memory of its own.
     *
     * @param batch  images of a run
     * @param height rows of an image: {@code 32} or more, for a model of four stages
     * @param width  columns of an image, likewise
     * @throws IllegalArgumentException if the images are too small or too large
     */
    public Session newSession(int batch, int height, int width) {
        return new Session(this, new Workspace(program.packed(), plan(batch, height, width)));
    }

    /**
     * Opens a session in an arena that the caller keeps, so that all sessions together stay within its bound.
     *
     * @throws io.panext.arena.ArenaExhaustedException if the arena has no room for the plan
     */
    public Session newSession(int batch, int height, int width, TensorArena arena) {
        return new Session(this, new Workspace(program.packed(), plan(batch, height, width),
                Objects.requireNonNull(arena, "arena")));
    }

    /**
     * Plans a run: its steps, and the memory of a session before there is one.
     *
     * @throws IllegalArgumentException if the images are too small or too large
     */
    public Plan plan(int batch, int height, int width) {
        int smallest = spec.reduction();
        if (height < smallest || width < smallest) {
            throw new IllegalArgumentException("images of " + height + "x" + width + " are too small: " + name
                    + " needs " + smallest + "x" + smallest + " or more");
        }
        return program.plan(images(batch, height, width));
    }

    /** How the model was named when it was loaded. */
    public String name() {
        return name;
    }

    /** The architecture. */
    public ConvNeXtSpec spec() {
        return spec;
    }

    /** Names of the classes, if they are known. */
    public Optional<Labels> labels() {
        return labels;
    }

    /** How photographs are prepared. */
    public Preprocessing preprocessing() {
        return preprocessing;
    }

    /** What the user should know: assumptions that were made, weights that are not finite. One sentence each. */
    public List<String> warnings() {
        return program.warnings();
    }

    /** The options it was loaded with. */
    public Options options() {
        return options;
    }

    PackedProgram program() {
        return program.packed();
    }

    /** Frees the weights, once what runs is done. Closing twice does nothing. */
    @Override
    public void close() {
        synchronized (this) {
            if (shared != null) {
                shared.close();
                shared = null;
            }
        }
        program.close();
    }
}
