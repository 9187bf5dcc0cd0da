package dev.belay;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** Holds the direction of the dependencies that docs/design.md draws. */
@AnalyzeClasses(packages = "dev.belay", importOptions = ImportOption.DoNotIncludeTests.class)
final class LayerTest {
    @ArchTest
    static final ArchRule dependenciesPointDownwards = layeredArchitecture()
            .consideringOnlyDependenciesInLayers()
            .layer("main")
            .definedBy("dev.belay")
            .layer("cli")
            .definedBy("dev.belay.cli")
            .layer("pipeline")
            .definedBy("dev.belay.pipeline")
            .layer("backup")
            .definedBy("dev.belay.backup")
            .layer("verify")
            .definedBy("dev.belay.verify")
            .layer("rollback")
            .definedBy("dev.belay.rollback")
            .layer("engine")
            .definedBy("dev.belay.engine..")
            .layer("store")
            .definedBy("dev.belay.store")
            .layer("archive")
            .definedBy("dev.belay.archive")
            .layer("report")
            .definedBy("dev.belay.report")
            .layer("lint")
            .definedBy("dev.belay.lint")
            .layer("init")
            .definedBy("dev.belay.init")
            .layer("project")
            .definedBy("dev.belay.project")
            .whereLayer("main")
            .mayNotBeAccessedByAnyLayer()
            .whereLayer("cli")
            .mayOnlyBeAccessedByLayers("main")
            .whereLayer("pipeline")
            .mayOnlyBeAccessedByLayers("cli")
            .whereLayer("backup")
            .mayOnlyBeAccessedByLayers("pipeline")
            .whereLayer("verify")
            .mayOnlyBeAccessedByLayers("pipeline")
            .whereLayer("rollback")
            .mayOnlyBeAccessedByLayers("pipeline", "cli")
            .whereLayer("report")
            .mayOnlyBeAccessedByLayers("pipeline", "cli")
            .whereLayer("lint")
            .mayOnlyBeAccessedByLayers("pipeline", "cli")
            .whereLayer("init")
            .mayOnlyBeAccessedByLayers("pipeline")
            .whereLayer("project")
            .mayOnlyBeAccessedByLayers("pipeline", "lint", "init");

    /** Under every writer: whatever may show a secret may use it, so it may use nobody. */
    @ArchTest
    static final ArchRule theRedactorUsesNobody = noClasses()
            .that()
            .resideInAPackage("dev.belay.secret")
            .should()
            .dependOnClassesThat(resideInAPackage("dev.belay..").and(resideOutsideOfPackage("dev.belay.secret")));

    @ArchTest
    static final ArchRule noCycles =
            slices().matching("dev.belay.(*)..").should().beFreeOfCycles();
}
