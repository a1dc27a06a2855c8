package io.panext;

import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
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

    /** A package that is missing here belongs to none of these, which is an error. */
    @Test
    void eachPackageDependsOnWhatItNamesAlone() {
        layeredArchitecture().consideringOnlyDependenciesInLayers().ensureAllClassesAreContainedInArchitecture()
                .layer("zoo").definedBy("io.panext.zoo")
                .layer("checkpoint").definedBy("io.panext.zoo.checkpoint")
                .layer("hub").definedBy("io.panext.hub")
                .layer("kernels").definedBy("io.panext.kernels")
                .layer("onednn").definedBy("io.panext.onednn..")
                .layer("arena").definedBy("io.panext.arena")
                .layer("graph").definedBy("io.panext.graph")
                .layer("compile").definedBy("io.panext.compile")
                .layer("simd").definedBy("io.panext.simd")
                .layer("dnnl").definedBy("io.panext.dnnl")
                .layer("tune").definedBy("io.panext.tune")
                .layer("execute").definedBy("io.panext.execute")
                .layer("image").definedBy("io.panext.image")
                .layer("panext").definedBy("io.panext")
                .layer("validate").definedBy("io.panext.validate")
                .layer("cli").definedBy("io.panext.cli")
                .whereLayer("zoo").mayNotAccessAnyLayer()
                .whereLayer("checkpoint").mayOnlyAccessLayers("zoo")
                .whereLayer("hub").mayOnlyAccessLayers("zoo", "checkpoint")
                .whereLayer("kernels").mayNotAccessAnyLayer()
                .whereLayer("onednn").mayNotAccessAnyLayer()
                .whereLayer("arena").mayNotAccessAnyLayer()
                .whereLayer("graph").mayOnlyAccessLayers("zoo", "kernels")
                .whereLayer("compile").mayOnlyAccessLayers("zoo", "kernels", "arena", "graph")
                .whereLayer("simd").mayOnlyAccessLayers("zoo", "kernels", "graph", "compile")
                .whereLayer("dnnl").mayOnlyAccessLayers("zoo", "kernels", "onednn", "graph", "compile", "simd")
                .whereLayer("tune").mayOnlyAccessLayers("kernels", "onednn", "graph", "compile")
                .whereLayer("execute").mayOnlyAccessLayers("kernels", "compile")
                .whereLayer("image").mayOnlyAccessLayers("zoo", "checkpoint")
                .whereLayer("panext").mayOnlyAccessLayers("zoo", "checkpoint", "kernels", "onednn", "arena", "graph",
                        "compile", "simd", "dnnl", "tune", "execute", "image")
                .whereLayer("validate").mayOnlyAccessLayers("zoo", "compile", "image", "panext")
                .whereLayer("cli").mayOnlyAccessLayers("zoo", "checkpoint", "hub", "graph", "compile", "simd", "image",
                        "panext", "validate")
                .check(panext);
    }

    @Test
    void onlyTheHubUsesANetwork() {
        noClasses().that().resideOutsideOfPackage("io.panext.hub..").should().dependOnClassesThat()
                .resideInAnyPackage("java.net..", "javax.net..", "java.rmi..").check(panext);
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
