package io.panext.cli;

import io.panext.ConvNeXt;
import io.panext.Options;
import io.panext.image.ImageDecoder;
import io.panext.image.Orientation;
import io.panext.validate.ClassFolders;
import io.panext.validate.Outcome;
import io.panext.validate.RealLabels;
import io.panext.validate.Sample;
import io.panext.validate.Score;
import io.panext.validate.Validation;
import io.panext.zoo.checkpoint.FileRefusal;
import io.panext.zoo.checkpoint.PretrainedModel;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code panext validate}: measures how often a model is right. */
@Command(name = "validate",
        description = "Measure how often a model is right, on a folder of photographs for each class.",
        footer = {
                "A folder's name is a class's name or WordNet id; if they are not, the folders",
                "stand for the classes in sorted order, as torchvision's ImageFolder has it.",
                "An image that cannot be read is reported and not counted; the status is then 1.",
                "As timm and torchvision do, EXIF orientation is ignored.",
                "With --outcomes, a validation that was interrupted goes on where it stopped.", "",
                "examples:", "  panext validate --data imagenet/val --model convnext_tiny.fb_in1k.safetensors",
                "  panext validate --data val --size 288 --crop-pct 1 --results-file results.csv"})
final class Validate implements Callable<Integer> {

    @Spec
    private CommandSpec command;

    @Mixin
    private ModelOption model;

    @Option(names = {"-d", "--data"}, paramLabel = "FOLDER", required = true,
            description = "Folder with a folder of images for each class.")
    private Path data;

    @Option(names = "--class-map", paramLabel = "FILE",
            description = "Text file with the folders' names, a line each, in the order of the model's outputs.")
    private Optional<Path> classMap;

    @Option(names = "--real-labels", paramLabel = "FILE",
            description = "real.json with the reassessed labels of ImageNet: accuracy by those.")
    private Optional<Path> realLabels;

    @Option(names = "--outcomes", paramLabel = "FILE",
            description = "CSV file for what came of each image; those that it has already are not run again.")
    private Optional<Path> outcomes;

    @Option(names = "--results-file", paramLabel = "FILE",
            description = "CSV file for the result, with the columns of timm's validate.py.")
    private Optional<Path> resultsFile;

    @Option(names = "--per-class", paramLabel = "FILE", description = "CSV file for the result of each class.")
    private Optional<Path> perClass;

    @Mixin
    private FormatOption format;

    @Mixin
    private ExecutionOptions execution;

    @Override
    public Integer call() throws IOException, CommandException {
        Messages messages = new Messages(command.commandLine().getErr());
        for (Path file : Stream.of(resultsFile, perClass).flatMap(Optional::stream).toList()) {
            OutputFile.require(command, file);
        }
        Options options = execution.options(Long.MAX_VALUE).withThreads(1)
                .withDecoder(ImageDecoder.DEFAULT.withOrientation(Orientation.IGNORE));
        try (ConvNeXt convNeXt = model.load(options)) {
            messages.warn(convNeXt.warnings());
            Validation validation = new Validation(convNeXt);
            List<Path> folders = folders();
            ClassFolders classes = classes(convNeXt, folders);
            List<Sample> samples = samples(folders, classes, messages);
            Optional<RealLabels> real = realLabels.isPresent()
                    ? Optional.of(RealLabels.read(realLabels.get()))
                    : Optional.empty();
            // a name without a number is noticed now, not after hours
            real.ifPresent(labels -> samples.forEach(sample -> labels.of(sample.name())));
            var found = new ArrayList<Outcome>();
            OptionalDouble rate = run(validation, convNeXt, samples, found, messages);
            Score score = real.map(labels -> Score.of(found, outcome -> labels.of(outcome.name())))
                    .orElseGet(() -> Score.of(found));
            var report = new ValidationReport(convNeXt, classes, score, found, rate);
            report.print(format.format, command.commandLine().getOut());
            if (resultsFile.isPresent()) {
                report.writeResult(resultsFile.get());
            }
            if (perClass.isPresent()) {
                report.writeClasses(perClass.get());
            }
        }
        return messages.problems() == 0 ? ExitCode.OK : ExitCode.SOFTWARE;
    }

    private List<Path> folders() throws CommandException {
        try (Stream<Path> entries = Files.list(data)) {
            return entries.filter(entry -> Files.isDirectory(entry) && !entry.getFileName().toString().startsWith("."))
                    .sorted().toList();
        } catch (IOException e) {
            throw new CommandException(data + ": is no folder that can be read");
        }
    }

    private ClassFolders classes(ConvNeXt convNeXt, List<Path> folders) throws CommandException {
        List<String> names = folders.stream().map(folder -> folder.getFileName().toString()).toList();
        int classes = convNeXt.spec().classes();
        try {
            return classMap.isPresent()
                    ? ClassFolders.of(names, classes, lines(classMap.get()))
                    : ClassFolders.of(names, classes, convNeXt.labels());
        } catch (IllegalArgumentException e) {
            throw new CommandException(data + ": " + e.getMessage());
        }
    }

    private static List<String> lines(Path file) throws CommandException {
        try {
            return Files.readAllLines(file);
        } catch (CharacterCodingException e) {
            throw new CommandException(file + ": is not UTF-8");
        } catch (IOException e) {
            throw new CommandException(file + ": cannot be read: " + FileRefusal.reason(e));
        }
    }

    private List<Sample> samples(List<Path> folders, ClassFolders classes, Messages messages)
            throws IOException, CommandException {
        var samples = new ArrayList<Sample>();
        for (Path folder : folders) {
            int label = classes.labels().get(folder.getFileName().toString());
            for (Path image : ImageFiles.find(List.of(folder), messages)) {
                samples.add(new Sample(image, data.relativize(image).toString(), label));
            }
        }
        if (samples.isEmpty()) {
            throw new CommandException(data + ": no images in its folders");
        }
        return samples;
    }

    /** All that decides what comes of a photograph. */
    private String setup(ConvNeXt convNeXt) throws IOException {
        try (PretrainedModel pretrained = model.open()) {
            return String.join(" ", convNeXt.name(), Fingerprint.of(pretrained.weights()),
                    convNeXt.options().precision().toString(), Notation.settings(convNeXt.preprocessing()));
        }
    }

    /**
     * Runs what has not been run yet.
     *
     * @param found gets all outcomes
     * @return photographs that this run judged in a second; empty if there were none
     */
    private OptionalDouble run(Validation validation, ConvNeXt convNeXt, List<Sample> samples, List<Outcome> found,
            Messages messages) throws IOException, CommandException {
        try (OutcomeFile file = outcomes.isPresent()
                ? new OutcomeFile(outcomes.get(), setup(convNeXt))
                : null) {
            if (file != null) {
                // an image that is of another class by now has another loss
                Map<String, Integer> labels = samples.stream().collect(Collectors.toMap(Sample::name, Sample::label));
                file.found().stream().filter(outcome -> Objects.equals(labels.get(outcome.name()), outcome.label()))
                        .forEach(found::add);
            }
            Set<String> done = found.stream().map(Outcome::name).collect(Collectors.toCollection(HashSet::new));
            List<Sample> left = samples.stream().filter(sample -> !done.contains(sample.name())).toList();
            int before = found.size();
            long start = System.nanoTime();
            try (Progress progress = new Progress("validate", left.size())) {
                validation.run(left, execution.threads(), outcome -> {
                    found.add(outcome);
                    if (file != null) {
                        file.add(outcome);
                    }
                    if (outcome.problem().isPresent()) {
                        progress.makeWay();
                        messages.problem(outcome.problem().get());
                    }
                    progress.step();
                });
            }
            double seconds = (System.nanoTime() - start) / 1e9;
            long judged = found.stream().skip(before).filter(outcome -> outcome.problem().isEmpty()).count();
            return judged == 0 ? OptionalDouble.empty() : OptionalDouble.of(judged / seconds);
        }
    }
}
