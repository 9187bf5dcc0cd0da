package dev.belay.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.belay.engine.ContainerDocument;
import dev.belay.report.RunReport;
import dev.belay.report.TextReport;
import dev.belay.store.EnvironmentSalt;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

class EnvironmentsTest {
    @TempDir
    Path base;

    private static ContainerDocument container(String service, String... variables) {
        ObjectNode json = JsonMapper.shared().createObjectNode();
        ObjectNode config = json.putObject("Config");
        config.putObject("Labels").put("com.docker.compose.service", service);
        List.of(variables).forEach(config.putArray("Env")::add);
        return new ContainerDocument(json);
    }

    private RunReport report(List<RunReport.ServiceEnvironment> environment) {
        return new RunReport(
                RunReport.FORMAT,
                "rollback",
                "run",
                "shop",
                "rolled back and verified",
                0,
                "now",
                1,
                null,
                null,
                null,
                null,
                "",
                List.of(),
                List.of(),
                List.of(),
                null,
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                null,
                environment,
                List.of(),
                null);
    }

    @Test
    void eachVariable_isAddedRemovedChangedOrTheSame_andNoValueIsTold() throws IOException {
        List<RunReport.ServiceEnvironment> found = Environments.compare(
                base,
                List.of(
                        container("web", "KEPT=v-kept", "OTHER=v-old", "GONE=v-gone", "EMPTY="),
                        container("old", "X=v-x")),
                List.of(container("web", "KEPT=v-kept", "OTHER=v-new", "NEW=v=new", "EMPTY="), container("db")));
        assertThat(found).extracting(RunReport.ServiceEnvironment::service).containsExactly("old", "web");
        assertThat(found.get(1).variables())
                .extracting(RunReport.Variable::name, RunReport.Variable::change)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple("EMPTY", "same"),
                        org.assertj.core.groups.Tuple.tuple("GONE", "removed"),
                        org.assertj.core.groups.Tuple.tuple("KEPT", "same"),
                        org.assertj.core.groups.Tuple.tuple("NEW", "added"),
                        org.assertj.core.groups.Tuple.tuple("OTHER", "changed"));
        assertThat(found.get(1).variables())
                .filteredOn(v -> v.name().equals("KEPT"))
                .singleElement()
                .satisfies(v -> assertThat(v.before()).matches("[0-9a-f]{8}").isEqualTo(v.after()));
        String text = TextReport.of(report(found));
        assertThat(text)
                .contains("web: added NEW; removed GONE; changed OTHER; same EMPTY, KEPT")
                .contains("old: removed X")
                .doesNotContain("v-");
        assertThat(JsonMapper.shared().writeValueAsString(report(found)))
                .contains("\"change\":\"changed\"")
                .doesNotContain("v-", "v=");
    }

    @Test
    void theSalt_isPrivate_staysTheSame_andIsAnotherOneInAnotherDirectory() throws IOException {
        String hash = EnvironmentSalt.of(base).of("value");
        Path salt = base.resolve(EnvironmentSalt.FILE);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(salt)))
                .isEqualTo("rw-------");
        assertThat(Files.size(salt)).isEqualTo(32);
        assertThat(EnvironmentSalt.of(base).of("value")).isEqualTo(hash);
        assertThat(EnvironmentSalt.of(Files.createDirectory(base.resolve("other")))
                        .of("value"))
                .isNotEqualTo(hash);
        // Cut off while it was made: a new one, and a whole one.
        Files.write(salt, new byte[7]);
        assertThat(EnvironmentSalt.of(base).of("value")).isNotEqualTo(hash);
        assertThat(Files.size(salt)).isEqualTo(32);
    }

    @Test
    void withoutABackupDirectory_noHashIsTold() throws IOException {
        assertThat(Environments.hashes(base.resolve("none"), List.of(container("web", "A=b"))))
                .isEmpty();
        assertThat(Environments.hashes(base, List.of(container("web", "A=b"))))
                .containsOnlyKeys("web")
                .extractingByKey("web")
                .isEqualTo(Map.of("A", EnvironmentSalt.of(base).of("b")));
    }
}
