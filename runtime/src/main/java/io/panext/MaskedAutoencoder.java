package io.panext;

import io.panext.arena.TensorArena;
import io.panext.compile.Plan;
import io.panext.compile.Program;
import io.panext.graph.GraphBuilder;
import io.panext.graph.Outputs;
import io.panext.graph.Shape;
import io.panext.graph.Visible;
import io.panext.image.ImageDecoder;
import io.panext.zoo.ConvNeXtSpec;
import io.panext.zoo.DecoderSpec;
import io.panext.zoo.Parameter;
import io.panext.zoo.Preprocessing;
import io.panext.zoo.checkpoint.CheckpointException;
import io.panext.zoo.checkpoint.PretrainedModel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * A ConvNeXt for images of which parts are masked: FCMAE, the pre-training network of ConvNeXt V2.
 *
 * <p>Time and memory go with what is visible. The encoder alone, from any checkpoint of a ConvNeXt, gives features of
 * images whose other parts are known to be empty; with a decoder, the masked parts are predicted. Safe for use by many
 * threads; each takes a session.
 *
 * {@snippet :
 * try (MaskedAutoencoder model = MaskedAutoencoder.loadEncoder(Path.of("convnextv2_tiny.safetensors"));
 *         MaskedSession session = model.newSession(224, 224, masks)) {
 *     float[] features = session.run(images, masks).features();
 * }
 * }
 */
public final class MaskedAutoencoder implements AutoCloseable {

    private final String name;
    private final ConvNeXtSpec spec;
    private final Optional<DecoderSpec> decoder;
    private final Preprocessing preprocessing;
    private final Options options;
    private final ModelProgram program;

    private MaskedAutoencoder(PretrainedModel model, Optional<DecoderSpec> decoder, Options options) {
        this.name = model.name();
        this.spec = model.weights().spec();
        this.decoder = decoder;
        this.preprocessing = model.preprocessing();
        this.options = options;
        this.program = ModelProgram.load(model, options, (parameters, notes) -> compile(spec, decoder,
                parameters, options, typical(spec, preprocessing), notes));
    }

    /**
     * Loads a masked autoencoder from a training checkpoint, as {@link ConvNeXt#load(Path)} does.
     *
     * @throws CheckpointException also if the checkpoint has no decoder
     * @throws IOException         if it cannot be read
     */
    public static MaskedAutoencoder load(Path file) throws IOException {
        return load(file, Options.DEFAULT);
    }

    /**
     * Loads a masked autoencoder from a training checkpoint with options. See {@link #load(Path)}.
     *
     * @throws IllegalArgumentException if the options ask for other outputs than {@link Outputs#ALL}, if the stem's windows
     *                                  overlap or a depthwise kernel is not 7×7
     */
    public static MaskedAutoencoder load(Path file, Options options) throws IOException {
        try (PretrainedModel model = PretrainedModel.open(file)) {
            return load(model, options);
        }
    }

    /** Loads a masked autoencoder by name or path, as {@link ConvNeXt#load(String)} does. See {@link #load(Path)}. */
    public static MaskedAutoencoder load(String nameOrPath) throws IOException {
        return load(nameOrPath, Options.DEFAULT);
    }

    /** Loads a masked autoencoder by name or path with options. See {@link #load(Path, Options)}. */
    public static MaskedAutoencoder load(String nameOrPath, Options options) throws IOException {
        try (PretrainedModel model = PretrainedModel.open(nameOrPath)) {
            return load(model, options);
        }
    }

    /**
     * Loads a masked autoencoder that has been opened already; it stays the caller's and may be closed afterwards. See
     * {@link #load(Path, Options)}.
     */
    public static MaskedAutoencoder load(PretrainedModel model, Options options) throws CheckpointException {
        if (model.weights().decoder().isEmpty()) {
            throw new CheckpointException(model.name(), "is an encoder without a decoder, as all published ConvNeXts"
                    + " are: it can make features of masked images, but not reconstruct them; give a checkpoint of"
                    + " FCMAE training");
        }
        return new MaskedAutoencoder(model, model.weights().decoder(), options);
    }

    /**
     * Loads the encoder alone, from any checkpoint of a ConvNeXt.
     *
     * @throws IOException as {@link ConvNeXt#load(Path)} does
     */
    public static MaskedAutoencoder loadEncoder(Path file) throws IOException {
        return loadEncoder(file, Options.DEFAULT);
    }

    /**
     * Loads the encoder alone with options. See {@link #loadEncoder(Path)}.
     *
     * @throws IllegalArgumentException if the options ask for other outputs than {@link Outputs#ALL}, if the stem's windows
     *                                  overlap or a depthwise kernel is not 7×7
     */
    public static MaskedAutoencoder loadEncoder(Path file, Options options) throws IOException {
        try (PretrainedModel model = PretrainedModel.open(file)) {
            return loadEncoder(model, options);
        }
    }

    /** Loads the encoder alone by name or path, as {@link ConvNeXt#load(String)} does. See {@link #loadEncoder(Path)}. */
    public static MaskedAutoencoder loadEncoder(String nameOrPath) throws IOException {
        return loadEncoder(nameOrPath, Options.DEFAULT);
    }

    /** Loads the encoder alone by name or path with options. See {@link #loadEncoder(Path, Options)}. */
    public static MaskedAutoencoder loadEncoder(String nameOrPath, Options options) throws IOException {
        try (PretrainedModel model = PretrainedModel.open(nameOrPath)) {
            return loadEncoder(model, options);
        }
    }

    /**
     * Loads the encoder alone of a model that has been opened already; it stays the caller's and may be closed
     * afterwards. See {@link #loadEncoder(Path, Options)}.
     */
    public static MaskedAutoencoder loadEncoder(PretrainedModel model, Options options) {
        return new MaskedAutoencoder(model, Optional.empty(), options);
    }

    /**
     * Compiles an architecture for masked images: enough to {@linkplain Plan plan} it. Weights are not read, unless
     * kernels have to be measured.
     *
     * @param spec       the encoder
     * @param decoder    the decoder, if there is to be one
     * @param parameters finds a parameter by its canonical name
     * @param options    what the compiler may do
     * @param images     {@linkplain #images what will be run}, for which kernels are chosen; others work too
     * @param notes      told what the user should know, in a sentence
     * @throws IllegalArgumentException    if the options ask for other outputs than {@link Outputs#ALL}
     * @throws BackendUnavailableException if the options ask for a backend or a precision that cannot be had
     */
    public static Program compile(ConvNeXtSpec spec, Optional<DecoderSpec> decoder,
            Function<String, Parameter> parameters, Options options, Shape images, Consumer<String> notes) {
        return compile(spec, decoder, parameters, options, images, notes, () -> true);
    }

    /**
     * Compiles an architecture for masked images, and asks before it measures. See {@link #compile(ConvNeXtSpec, Optional,
     * Function, Options, Shape, Consumer)}.
     *
     * @param mayMeasure as for {@link ConvNeXt#compile(ConvNeXtSpec, Function, Options, Shape, Consumer, BooleanSupplier)}
     */
    public static Program compile(ConvNeXtSpec spec, Optional<DecoderSpec> decoder,
            Function<String, Parameter> parameters, Options options, Shape images, Consumer<String> notes,
            BooleanSupplier mayMeasure) {
        if (!options.outputs().equals(Outputs.ALL)) {
            throw new IllegalArgumentException("masked images give no " + options.outputs() + ": a masked autoencoder"
                    + " has outputs of its own, and is loaded with Outputs.ALL");
        }
        return ModelProgram.compile(GraphBuilder.masked(spec, decoder, parameters), options, images, notes,
                mayMeasure);
    }

    /**
     * Returns the shape that kernels are chosen for when a model is loaded: one image of the model's own size, with as
     * much masked as in training.
     */
    public static Shape typical(ConvNeXtSpec spec, Preprocessing preprocessing) {
        int patch = spec.reduction();
        int rows = Math.max(1, preprocessing.height() / patch);
        int columns = Math.max(1, preprocessing.width() / patch);
        Visible visible = Mask.visible(Mask.random(1, rows, columns, Mask.DEFAULT_RATIO, 0));
        return images(spec, rows * patch, columns * patch, visible);
    }

    /**
     * Returns the shape of a batch of masked images, to {@linkplain Plan#of plan} for.
     *
     * @throws IllegalArgumentException if the images are no multiple of the patch, or the masks of another grid
     */
    public static Shape images(ConvNeXtSpec spec, int height, int width, Visible visible) {
        int patch = spec.reduction();
        if (height < patch || width < patch || height % patch != 0 || width % patch != 0) {
            throw new IllegalArgumentException("images of " + height + "x" + width
                    + " cannot be masked: both edges must be multiples of " + patch);
        }
        if (visible.gridHeight() != height / patch || visible.gridWidth() != width / patch) {
            throw new IllegalArgumentException("masks of " + visible.gridHeight() + "x" + visible.gridWidth()
                    + " patches for images of " + height / patch + "x" + width / patch);
        }
        return new Shape(visible.patches().size(), height, width, ConvNeXtSpec.IMAGE_CHANNELS).withVisible(visible);
    }

    /**
     * Opens a session for masks like these: with as many visible patches, image by image.
     *
     * @param height rows of an image, a multiple of the patch: of 32, for a model of four stages
     * @param width  columns of an image, likewise
     * @param masks  one for each image of a run
     * @throws IllegalArgumentException if the masks do not fit the images
     */
    public MaskedSession newSession(int height, int width, List<Mask> masks) {
        return newSession(height, width, Mask.visible(masks));
    }

    /** Opens a session for so many visible patches. See {@link #newSession(int, int, List)}. */
    public MaskedSession newSession(int height, int width, Visible visible) {
        return new MaskedSession(this, new Workspace(program.packed(), plan(height, width, visible)));
    }

    /**
     * Opens a session in an arena that the caller keeps.
     *
     * @throws io.panext.arena.ArenaExhaustedException if the arena has no room for the plan
     */
    public MaskedSession newSession(int height, int width, Visible visible, TensorArena arena) {
        return new MaskedSession(this, new Workspace(program.packed(), plan(height, width, visible), arena));
    }

    /** Plans a run: its steps, and the memory of a session before there is one. See {@link #newSession}. */
    public Plan plan(int height, int width, Visible visible) {
        return program.plan(images(spec, height, width, visible));
    }

    /** How the model was named when it was loaded. */
    public String name() {
        return name;
    }

    /** The architecture of the encoder. */
    public ConvNeXtSpec spec() {
        return spec;
    }

    /** The decoder, if it was loaded. */
    public Optional<DecoderSpec> decoder() {
        return decoder;
    }

    /** How photographs are prepared. */
    public Preprocessing preprocessing() {
        return preprocessing;
    }

    /** Turns files and bytes into pixels. */
    public ImageDecoder imageDecoder() {
        return options.decoder();
    }

    /** What the user should know, one sentence each: see {@link ConvNeXt#warnings()}. */
    public List<String> warnings() {
        return program.warnings();
    }

    /** Frees the weights; close sessions first. Closing twice does nothing. */
    @Override
    public void close() {
        program.close();
    }
}
