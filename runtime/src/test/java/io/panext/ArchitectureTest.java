package io.panext;

import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaFieldAccess;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** Which package may know which. Between modules, Maven sees to it. */
class ArchitectureTest {

    private final JavaClasses panext = new ClassFileImporter().withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("io.panext");

    @Test
    void packagesFormNoCycles() {
        slices().matching("io.panext.(*)..").should().beFreeOfCycles().check(panext);
    }

    @Test
    void leavesKnowNothingOfTheRuntime() {
        noClasses().that()
                .resideInAnyPackage("io.panext.zoo..", "io.panext.hub..", "io.panext.kernels..", "io.panext.onednn..")
                .should()
                .dependOnClassesThat().resideInAnyPackage("io.panext", "io.panext.arena..", "io.panext.graph..",
                        "io.panext.compile..", "io.panext.execute..", "io.panext.image..", "io.panext.simd..",
                        "io.panext.cli..")
                .check(panext);
    }

    @Test
    void graphsKnowNoKernelsButTheirShapes() {
        noClasses().that().resideInAPackage("io.panext.graph..").should().dependOnClassesThat()
                .resideInAnyPackage("io.panext.compile..", "io.panext.simd..", "io.panext.execute..",
                        "io.panext.image..")
                .check(panext);
    }

    @Test
    void imagesKnowNothingOfModelsButTheirPreprocessing() {
        noClasses().that().resideInAPackage("io.panext.image..").should().dependOnClassesThat()
                .resideInAnyPackage("io.panext.graph..", "io.panext.compile..", "io.panext.simd..",
                        "io.panext.execute..", "io.panext.kernels..")
                .check(panext);
    }

    @Test
    void nobodyKnowsTheCommandLine() {
        classes().that().resideInAPackage("io.panext.cli..").should().onlyBeAccessed()
                .byClassesThat().resideInAPackage("io.panext.cli..").allowEmptyShould(true).check(panext);
    }

    @Test
    void onlyTheHubUsesANetwork() {
        noClasses().that().resideOutsideOfPackage("io.panext.hub..").should().dependOnClassesThat()
                .resideInAnyPackage("java.net..", "javax.net..", "java.rmi..").check(panext);
        noClasses().that().resideOutsideOfPackages("io.panext.hub..", "io.panext.cli..").should()
                .dependOnClassesThat().resideInAPackage("io.panext.hub..").check(panext);
    }

    /** Of programs with vectors of two widths HotSpot leaves some on the heap, in some processes and not in others. */
    @Test
    void vectorsHaveOneWidth() {
        DescribedPredicate<JavaFieldAccess> choice = DescribedPredicate.describe("that choose a width",
                access -> access.getTarget().getOwner().getPackageName().equals("jdk.incubator.vector")
                        && access.getTarget().getName().startsWith("SPECIES_"));
        classes().that().haveFullyQualifiedName("io.panext.kernels.Lanes").should().accessFieldWhere(choice)
                .check(panext);
        noClasses().that().doNotHaveFullyQualifiedName("io.panext.kernels.Lanes").should().accessFieldWhere(choice)
                .check(panext);
    }
}
