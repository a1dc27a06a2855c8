package io.panext.cli;

import io.panext.zoo.Architecture;
import io.panext.zoo.Catalogue;
import java.util.Optional;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** Which architecture a checkpoint is, where its tensors leave that open. */
final class ArchOption {

    @Option(names = "--arch", paramLabel = "NAME", converter = Converter.class,
            description = "Architecture that the checkpoint must be, with any number of classes: see panext models. "
                    + "It also tells what no tensor does: activation, kind and eps of the norms.")
    Optional<Architecture> architecture;

    private static final class Converter implements ITypeConverter<Architecture> {

        @Override
        public Architecture convert(String name) {
            return Catalogue.find(name).orElseThrow(() -> new TypeConversionException(Catalogue.unknown(name)));
        }
    }
}
