package io.panext;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A program in a process of its own, with the class path and the environment of this one. */
public final class JavaProcess {

    /** Without it Java has no Vector API. */
    public static final String VECTOR_API = "--add-modules=jdk.incubator.vector";

    private JavaProcess() {}

    /** Returns what starts a program with options of Java and arguments of its own. */
    public static ProcessBuilder of(Class<?> program, List<String> options, List<String> arguments) {
        var command = new ArrayList<String>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED", "-cp", System.getProperty("java.class.path")));
        command.addAll(options);
        command.add(program.getName());
        command.addAll(arguments);
        return new ProcessBuilder(command);
    }
}
