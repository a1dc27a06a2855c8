package io.panext;

import java.util.Objects;

/** Which panext this is. */
public final class Version {

    /** The version that its jar tells, or {@code development} where classes are not in one. */
    public static final String NUMBER = Objects
            .requireNonNullElse(Version.class.getPackage().getImplementationVersion(), "development");

    private Version() {}
}
