package io.panext.zoo.checkpoint;

import io.panext.zoo.Architecture;
import io.panext.zoo.Catalogue;
import io.panext.zoo.ConvNeXtSpec;
import io.panext.zoo.Labels;
import io.panext.zoo.Norm;
import io.panext.zoo.Preprocessing;
import io.panext.zoo.PretrainedTag;
import io.panext.zoo.Traits;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * What a user names: weights with all that is needed to classify a photograph.
 *
 * <p>A checkpoint file brings labels and preprocessing in a {@link ModelConfig#FILE_NAME} in the same directory, and in
 * Hugging Face's {@code preprocessor_config.json}. Without one a published file is known by its name or its hash, and any other
 * works all the same, on {@linkplain #assumptions() assumptions} that a user should be told.
 */
public final class PretrainedModel implements AutoCloseable {

    /** The model that travels in the jar: ten everyday classes, see the model card beside its weights. */
    public static final String EMBEDDED = EmbeddedModel.NAME;

    private final String name;
    private final ModelWeights weights;
    private final Optional<ModelConfig> config;
    private final boolean normKnown;
    private final Optional<PretrainedTag> tag;
    private final Optional<Preprocessing> chosen;

    private PretrainedModel(String name, ModelWeights weights, Optional<ModelConfig> config, boolean normKnown,
            Optional<PretrainedTag> tag, Optional<Preprocessing> chosen) {
        this.name = name;
        this.weights = weights;
        this.config = config;
        this.normKnown = normKnown;
        this.tag = tag.filter(this::isPlausible);
        this.chosen = chosen;
    }

    /** Returns this model with photographs prepared in another way. It takes over the weights: close it instead of this. */
    public PretrainedModel withPreprocessing(Preprocessing preprocessing) {
        return new PretrainedModel(name, weights, config, normKnown, tag, Optional.of(preprocessing));
    }

    /**
     * Opens a model by name or by file.
     *
     * @param nameOrPath {@link #EMBEDDED}, a tag or {@code hf:owner/name} whose weights have been fetched, or the path of
     *                   a checkpoint or of its folder; a known name wins over a file that happens to have it, which
     *                   {@code ./name} reaches
     * @throws UnknownModelException if it is neither a known name nor a file
     * @throws CheckpointException   if its weights are not here, or its files are not what they should be
     * @throws IOException           if reading fails
     */
    public static PretrainedModel open(String nameOrPath) throws IOException {
        return open(nameOrPath, Optional.empty());
    }

    /**
     * Opens a model by name or by file.
     *
     * @param nameOrPath   as for {@link #open(String)}
     * @param architecture what the model must be, with any number of classes; it tells what no tensor does
     * @throws CheckpointException also if it is another architecture
     * @throws IOException         as {@link #open(String)} does
     */
    public static PretrainedModel open(String nameOrPath, Optional<Architecture> architecture) throws IOException {
        return open(nameOrPath, architecture, Optional.empty());
    }

    /**
     * Opens a model by name or by file.
     *
     * @param nameOrPath   as for {@link #open(String)}
     * @param architecture as for {@link #open(String, Optional)}
     * @param weights      which of the weights that a training checkpoint holds, as for
     *                     {@link Checkpoint#open(Path, Optional)}
     * @throws CheckpointException also if the file does not hold these weights beside others
     * @throws IOException         as {@link #open(String)} does
     */
    public static PretrainedModel open(String nameOrPath, Optional<Architecture> architecture,
            Optional<String> weights) throws IOException {
        if (!nameOrPath.equals(EMBEDDED)) {
            return open(ModelFiles.of(nameOrPath), architecture, weights);
        }
        if (weights.isPresent()) {
            throw CheckpointException.withoutChoice(EMBEDDED, weights.get());
        }
        return required(architecture, embedded());
    }

    /**
     * Opens a checkpoint file, or the one in a folder, and the configuration beside it, if there is one.
     *
     * @param path a file that {@link Checkpoint#open} reads, or a folder as Hugging Face publishes it
     * @throws CheckpointException if a file is not what it should be, or the two disagree
     * @throws IOException         if reading fails
     */
    public static PretrainedModel open(Path path) throws IOException {
        return open(ModelFiles.at(path), Optional.empty(), Optional.empty());
    }

    private static PretrainedModel open(ModelFiles files, Optional<Architecture> architecture,
            Optional<String> weights) throws CheckpointException {
        Optional<ModelConfig> config = files.config();
        Checkpoint checkpoint = Checkpoint.open(files.checkpoint(), weights);
        return required(architecture,
                of(files.name(), checkpoint, config, tag(files, config, checkpoint), architecture));
    }

    private static Optional<PretrainedTag> tag(ModelFiles files, Optional<ModelConfig> config, Checkpoint checkpoint)
            throws CheckpointException {
        if (config.flatMap(ModelConfig::preprocessing).isPresent()) {
            return files.named();
        }
        try {
            return files.tag(checkpoint.tensors().keySet());
        } catch (CheckpointException e) {
            checkpoint.close();
            throw e;
        }
    }

    private static PretrainedModel required(Optional<Architecture> architecture, PretrainedModel model)
            throws CheckpointException {
        ConvNeXtSpec actual = model.weights.spec();
        if (architecture.isPresent() && !Catalogue.haveSameTensors(architecture.get().spec(), actual)) {
            model.close();
            throw new CheckpointException(model.name, "is " + Catalogue.describe(actual) + ", not "
                    + Catalogue.describe(architecture.get().spec()));
        }
        return model;
    }

    /**
     * Whether the weights that a name stands for have been fetched from the hub.
     *
     * @param name a tag, or {@code hf:owner/name}
     * @throws CheckpointException if that cannot be a repository's name
     */
    public static boolean isFetched(String name) throws CheckpointException {
        return ModelFiles.fetched(name).isPresent();
    }

    /**
     * Opens the model that travels in the jar.
     *
     * @throws IOException if the jar is damaged
     */
    public static PretrainedModel embedded() throws IOException {
        return of(EMBEDDED, EmbeddedModel.checkpoint(), Optional.of(EmbeddedModel.config()));
    }

    /**
     * Puts a model together from its parts.
     *
     * @param name       what to call it
     * @param checkpoint closed by {@link #close()}, or at once if this method throws
     * @param config     labels and preprocessing, if known
     * @throws CheckpointException if the tensors are not those of a ConvNeXt or the configuration disagrees with them
     */
    public static PretrainedModel of(String name, Checkpoint checkpoint, Optional<ModelConfig> config)
            throws CheckpointException {
        return of(name, checkpoint, config, Optional.empty());
    }

    /**
     * Puts a model together from its parts, what the configuration leaves open being that of published weights.
     *
     * @param tag the published weights that these are said to be
     * @throws CheckpointException as {@link #of(String, Checkpoint, Optional)} does
     */
    public static PretrainedModel of(String name, Checkpoint checkpoint, Optional<ModelConfig> config,
            Optional<PretrainedTag> tag) throws CheckpointException {
        return of(name, checkpoint, config, tag, Optional.empty());
    }

    private static PretrainedModel of(String name, Checkpoint checkpoint, Optional<ModelConfig> config,
            Optional<PretrainedTag> tag, Optional<Architecture> architecture) throws CheckpointException {
        Traits stated = config.map(ModelConfig::traits).orElse(Traits.NONE);
        Supplier<Traits> supposed = () -> architecture
                .or(() -> config.flatMap(ModelConfig::architecture).flatMap(Catalogue::find))
                .map(known -> Traits.of(known.spec())).orElse(Traits.NONE);
        ModelWeights weights = ModelWeights.of(checkpoint, stated, supposed);
        try {
            if (config.isPresent()) {
                config.get().requireClasses(weights.spec().classes());
            }
        } catch (CheckpointException e) {
            weights.close();
            throw e;
        }
        boolean normKnown = weights.spec().norm().kind().hasShift() || stated.or(supposed).norm().isPresent()
                || Catalogue.like(weights.spec()).isPresent();
        return new PretrainedModel(name, weights, config, normKnown, tag, Optional.empty());
    }

    /** How the user named it, or the checkpoint's path. */
    public String name() {
        return name;
    }

    /** The weights; they stay this object's. */
    public ModelWeights weights() {
        return weights;
    }

    /** The configuration that came with the weights. */
    public Optional<ModelConfig> config() {
        return config;
    }

    /**
     * Names of the classes, as many as the classifier has outputs: the configuration's, or else those of the {@linkplain
     * #tag() published weights}; empty if nobody gave them.
     */
    public Optional<Labels> labels() {
        return config.flatMap(ModelConfig::labels).filter(_ -> weights.spec().classes() > 0)
                .or(this::publishedLabels);
    }

    private Optional<Labels> publishedLabels() {
        return tag.flatMap(PretrainedTag::labels).filter(labels -> labels.size() == weights.spec().classes());
    }

    /** The published weights whose name or hash the file has, or whose name its folder has, if the architecture is theirs. */
    public Optional<PretrainedTag> tag() {
        return tag;
    }

    /**
     * How photographs are prepared: as {@linkplain #withPreprocessing chosen}, else as the configuration says, else as the
     * {@linkplain #tag() published weights} want it, else {@link Preprocessing#IMAGENET_224}.
     */
    public Preprocessing preprocessing() {
        return chosen.or(() -> config.flatMap(ModelConfig::preprocessing))
                .or(() -> tag.map(PretrainedTag::preprocessing)).orElse(Preprocessing.IMAGENET_224);
    }

    /** What nobody said of the architecture and was assumed, one sentence each, for the user to read. */
    public List<String> doubts() {
        Norm.Kind norm = weights.spec().norm().kind();
        return normKnown
                ? List.of()
                : List.of(name + ": norms without bias are taken for " + norm
                        + "; name an architecture if they are of another kind");
    }

    /** What nobody said of photographs and classes and was assumed, one sentence each, for the user to read. */
    public List<String> assumptions() {
        String reason = config.map(found -> " (" + found.file() + " has none)")
                .orElse(" (no " + ModelConfig.FILE_NAME + " beside it)");
        var assumptions = new ArrayList<String>();
        if (config.flatMap(ModelConfig::preprocessing).isEmpty()) {
            assumptions.add(name + ": preprocessing is assumed to be " + tag.map(known -> "that of " + known.name())
                    .orElse("ImageNet's at 224 px, crop 0.875, bicubic")
                    + (chosen.isPresent() ? ", but for what was chosen" : "") + reason);
        }
        if (config.flatMap(ModelConfig::labels).isEmpty() && weights.spec().classes() > 0) {
            assumptions.add(name + (publishedLabels().isPresent()
                    ? ": classes are assumed to be ImageNet's, those of " + tag.orElseThrow().name()
                    : ": classes have numbers only") + reason);
        }
        return List.copyOf(assumptions);
    }

    /** All that the user should know: assumptions, doubts, and what the checkpoint itself warns of. */
    public List<String> warnings() {
        return Stream.of(assumptions(), doubts(), weights.checkpoint().warnings()).flatMap(List::stream).toList();
    }

    /** Releases the weights. */
    @Override
    public void close() {
        weights.close();
    }

    /** Whether the weights can be those that the tag stands for, by whatever name they go. */
    private boolean isPlausible(PretrainedTag known) {
        return Catalogue.haveSameBody(Catalogue.get(known.architecture()).spec(), weights.spec());
    }
}
