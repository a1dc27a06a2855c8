package io.panext.zoo.checkpoint;

import java.util.List;
import java.util.regex.Pattern;

/** A step from one convention's names to another's. */
record Renaming(Pattern pattern, String replacement) {

    static Renaming rename(String regex, String replacement) {
        return new Renaming(Pattern.compile(regex), replacement);
    }

    /** Takes one step after the other, each at most once. */
    static String renamed(String name, List<Renaming> renamings) {
        String renamed = name;
        for (Renaming renaming : renamings) {
            renamed = renaming.pattern.matcher(renamed).replaceFirst(renaming.replacement);
        }
        return renamed;
    }
}
