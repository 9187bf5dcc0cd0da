package dev.belay.secret;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;

class RedactorTest {
    private static final String HARD = "p&s<w>\"o\\r'd$/+ü 1x";

    private static Redactor knowing(String name, String value) {
        Redactor redactor = Redactor.create();
        redactor.learn(new Secret(name, value));
        return redactor;
    }

    private static String redacted(String name, String value, String text) {
        return knowing(name, value).redact(text);
    }

    @Test
    void aSecret_neverShowsItsValue() {
        assertThat(new Secret("TOKEN", "abc").toString()).isEqualTo("TOKEN=***");
    }

    @Test
    void everyOccurrence_isReplaced_alsoWithinWordsAndSideBySide() {
        assertThat(redacted("GREETING", "s3cr3t-value", "a s3cr3t-value, xs3cr3t-valuey s3cr3t-values3cr3t-value"))
                .isEqualTo("a ***, x***y ***");
    }

    @Test
    void overlappingValues_areReplacedAsOne() {
        Redactor redactor = knowing("A_TOKEN", "abcdefgh12");
        redactor.learn(new Secret("B_TOKEN", "fgh12xyz99"));
        redactor.learn(new Secret("C_TOKEN", "cdefgh12xy"));
        assertThat(redactor.redact("<abcdefgh12xyz99>")).isEqualTo("<***>");
    }

    @ParameterizedTest
    @CsvSource({
        "DB_PASSWORD, hunter2",
        "dbPassword, hunter2",
        "API-TOKEN, abc1",
        "AWS_SECRET_ACCESS_KEY, x7f3",
        "STRIPE_KEY, true",
        "AUTHORIZATION, basic1",
        "MYSQL_PWD, root",
        "SMTP_PASS, production"
    })
    void aValueWhoseNameSaysSecret_isReplacedEvenWhenItIsShortOrPlain(String name, String value) {
        assertThat(redacted(name, value, "it is " + value + ".")).isEqualTo("it is ***.");
    }

    @Test
    void aShortSecret_isReplacedAsAWholeWordOnly_andAVeryShortOneNever() {
        assertThat(redacted("PASSWORD", "root", "root, rooted, /root/x, root1"))
                .isEqualTo("***, rooted, /***/x, root1");
        assertThat(redacted("PASSWORD", "abc", "abc")).isEqualTo("abc");
    }

    @ParameterizedTest
    @CsvSource({
        "NODE_ENV, production",
        "DEBUG, true",
        "PORT, 8080",
        "LISTEN, 0.0.0.0:8080",
        "PG_VERSION, 15.4-1.pgdg120+1",
        "APP, 12.20.3-rc1",
        "PATH, /usr/local/sbin:/usr/local/bin:/usr/sbin",
        "LANG, en_US.UTF-8",
        "HOME, /var/lib/postgresql",
        "POSTGRES_PASSWORD_FILE, /run/secrets/db-password",
        "SSH_AUTH_SOCK, /tmp/ssh-XXXX/agent.1234",
        "GIT_AUTHOR_NAME, Jane Example",
        "SHORT, a1b2c3d",
        "PYTHON_SHA256, 85cd12e9cf1d6d5a45f17f7afe1cebe7ee628d3282281c492e86adf636defa3f"
    })
    void whatIsPlainOrHarmlessByItsName_staysReadable(String name, String value) {
        assertThat(redacted(name, value, "x " + value + " y")).isEqualTo("x " + value + " y");
    }

    @Test
    void aValueThatIsPartOfAPublicName_staysReadable_unlessItsNameSaysSecret() {
        Redactor redactor = Redactor.create();
        redactor.leave("registry.example/shop/web:2026-11-23-abcdef12");
        redactor.leave("postgres-main");
        redactor.learn(new Secret("RELEASE", "2026-11-23-abcdef12"));
        redactor.learn(new Secret("POSTGRES_PASSWORD", "postgres-main"));
        redactor.learn(new Secret("DEPLOY_TOKEN", "example/shop"));
        assertThat(redactor.redact("web:2026-11-23-abcdef12 in postgres-main at registry.example/shop/web"))
                .isEqualTo("web:2026-11-23-abcdef12 in postgres-main at registry.***/web");
    }

    @Test
    void eachLineOfAValue_isReplaced_butNotTheFrameOfAKey() {
        String key = "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBg\nkqhkiG9w0BAQEF\n-----END PRIVATE KEY-----\n";
        assertThat(redacted("TLS_KEY", key, key))
                .isEqualTo("-----BEGIN PRIVATE KEY-----\n***\n***\n-----END PRIVATE KEY-----\n");
        assertThat(redacted("TLS_KEY", key, "{\"key\":\"" + key.replace("\n", "\\n") + "\"}"))
                .doesNotContain("MIIEvQ")
                .doesNotContain("kqhkiG");
    }

    @ParameterizedTest
    @ValueSource(strings = {"canary-4f9a81c2d7", HARD})
    void everyFormOfAValue_isReplaced(String value) {
        byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
        String url = URLEncoder.encode(value, StandardCharsets.UTF_8);
        Map<String, String> forms = new TreeMap<>();
        forms.put("plain", value);
        forms.put("JSON", JsonMapper.shared().writeValueAsString(value));
        forms.put("form", url);
        forms.put("address", url.replace("+", "%20"));
        forms.put(
                "HTML",
                value.replace("&", "&amp;")
                        .replace("<", "&lt;")
                        .replace(">", "&gt;")
                        .replace("\"", "&quot;")
                        .replace("'", "&#39;"));
        forms.put("compose", value.replace("$", "$$"));
        forms.put("base64", Base64.getEncoder().encodeToString(bytes));
        forms.put("base64url", Base64.getUrlEncoder().withoutPadding().encodeToString(bytes));
        for (String before : List.of("u:", "us:", "use:", "user:")) {
            forms.put("basic " + before, basic(before, value));
        }
        Redactor redactor = knowing("GREETING", value);
        forms.forEach((form, text) -> assertThat(redactor.redact("x " + text + " y"))
                .as(form + " " + text)
                .contains("***"));
        assertThat(redactor.redact(String.join("|", forms.values()))).doesNotContain("canary", "p&s", "p&amp;s");
        for (String before : List.of("u:", "us:", "use:", "user:")) {
            String shown = redactor.redact(basic(before, value));
            // Not more than the characters at its edges is left of the encoded value.
            assertThat(shown.replace("***", "").length()).as(shown).isLessThan(before.length() * 4 / 3 + 6);
        }
    }

    private static String basic(String before, String value) {
        return Base64.getEncoder().encodeToString((before + value + "\n").getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void thePasswordInAnAddress_isReplacedAlone() {
        Redactor redactor = knowing("DATABASE_URL", "postgres://shop:pw-4f%2Fa9@db.internal:5432/shop");
        assertThat(redactor.redact("auth failed: pw-4f%2Fa9, pw-4f/a9")).isEqualTo("auth failed: ***, ***");
        assertThat(redactor.redact("postgres://shop:pw-4f%2Fa9@db.internal:5432/shop"))
                .isEqualTo("***");
    }

    @Test
    void whatIsAssignedToASecretNameInsideOfAValue_isReplacedAlone() {
        Redactor redactor = knowing(
                "DSN",
                "Server=db;User=shop;Password=h7-x9;Timeout=30 {\"api_key\": \"k9 \\\"x\", \"size\": \"small\"}");
        assertThat(redactor.redact("h7-x9 and small and Timeout")).isEqualTo("*** and small and Timeout");
        Redactor config = knowing("config app", "greeting = canary-0123456789abcdef\nserver web\n");
        assertThat(config.redact("it said canary-0123456789abcdef, server web")).isEqualTo("it said ***, ***");
    }

    @Test
    void theWordsOfACommand_areLearnedByTheOptionBeforeThem() {
        Redactor redactor = Redactor.create();
        redactor.learnFrom(List.of(
                "deploy",
                "--api-token",
                "t0ken",
                "--password=w0rd",
                "TOKEN=v4lue",
                "http://u:pa55@h/",
                "--size",
                "s1ze",
                "--secret",
                "--flag"));
        assertThat(redactor.redact("t0ken w0rd v4lue pa55 s1ze --flag deploy"))
                .isEqualTo("*** *** *** *** s1ze --flag deploy");
    }

    @Test
    void theBeginningOfAValue_isReplacedWhereTheTextWasCutOff() {
        Redactor redactor = knowing("GREETING", "canary-4f9a81c2d7-canary");
        assertThat(redactor.redact("unhealthy: canary-4f9a81c2...")).isEqualTo("unhealthy: ***...");
        assertThat(redactor.redact("canary-4f9a81c2d7\nx")).isEqualTo("***\nx");
        // Less than half of it may be anything.
        assertThat(redactor.redact("canary-4f")).isEqualTo("canary-4f");
        assertThat(redactor.redact("canary-4f9a81c2 y")).isEqualTo("canary-4f9a81c2 y");
    }

    @Test
    void valuesLearnedLater_areReplacedFromThenOn_andTwiceIsOnce() {
        Redactor redactor = knowing("A", "first-value");
        assertThat(redactor.redact("first-value second-value")).isEqualTo("*** second-value");
        redactor.learn(Map.of("B", "second-value"));
        String once = redactor.redact("first-value second-value");
        assertThat(once).isEqualTo("*** ***");
        assertThat(redactor.redact(once)).isEqualTo(once);
    }

    @Test
    void aVeryLongValue_isReplacedWhole() {
        String value = new Random(7)
                .ints(20_000, 33, 127)
                .collect(StringBuilder::new, (b, c) -> b.append((char) c), StringBuilder::append)
                .toString();
        assertThat(redacted("BLOB", value, "<" + value + ">")).isEqualTo("<***>");
    }

    @Test
    void manyValuesInALongText_takeOnePass() {
        Random random = new Random(3);
        Redactor redactor = Redactor.create();
        List<String> values = new ArrayList<>();
        for (int i = 0; i < 2000; i++) {
            values.add("common-prefix-of-all-" + Long.toHexString(random.nextLong()) + i);
            redactor.learn(new Secret("V" + i, values.get(i)));
        }
        StringBuilder text = new StringBuilder();
        while (text.length() < 4_000_000) {
            text.append("common-prefix-of-all-")
                    .append(values.get(random.nextInt(2000)))
                    .append('\n');
        }
        long start = System.nanoTime();
        String shown = redactor.redact(text.toString());
        // A pass for each value would take minutes.
        assertThat((System.nanoTime() - start) / 1e9).isLessThan(20);
        assertThat(shown.lines().distinct()).containsExactly("common-prefix-of-all-***");
    }

    @Test
    void theAutomaton_findsWhatASimpleSearchFinds() {
        Random random = new Random(11);
        for (int round = 0; round < 300; round++) {
            Map<String, Boolean> words = new LinkedHashMap<>();
            for (int i = 0; i < 1 + random.nextInt(12); i++) {
                words.put(letters(random, 1 + random.nextInt(6)), true);
            }
            String text = letters(random, 200);
            boolean[] expected = new boolean[text.length()];
            words.keySet().forEach(word -> {
                for (int at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) {
                    java.util.Arrays.fill(expected, at, at + word.length(), true);
                }
            });
            boolean[] found = new boolean[text.length()];
            new Automaton(words)
                    .find(text, Integer.MAX_VALUE, (from, to) -> java.util.Arrays.fill(found, from, to, true));
            assertThat(found).as(words + " in " + text).isEqualTo(expected);
        }
    }

    private static String letters(Random random, int length) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < length; i++) {
            text.append((char) ('a' + random.nextInt(3)));
        }
        return text.toString();
    }

    @Test
    void aStream_findsAValueThatIsWrittenInPieces() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (PrintStream out = new PrintStream(
                new RedactingStream(bytes, knowing("GREETING", "grüße-4f9a81c2")), true, StandardCharsets.UTF_8)) {
            for (byte b : "one grüße-4f9a81c2 ".getBytes(StandardCharsets.UTF_8)) {
                out.write(b);
                out.flush();
            }
            out.print("grüße-");
            out.flush();
            assertThat(bytes.toString(StandardCharsets.UTF_8)).isEmpty();
            out.println("4f9a81c2 two");
            assertThat(bytes.toString(StandardCharsets.UTF_8)).isEqualTo("one *** *** two" + System.lineSeparator());
            out.print("last grüße-4f9a81c2");
        }
        assertThat(bytes.toString(StandardCharsets.UTF_8)).endsWith("\nlast ***");
    }

    @Test
    void aJsonDocument_staysOne_withItsNumbersAndWordsForScripts() {
        Redactor redactor = knowing("PIN", "12345678");
        redactor.learn(new Secret("DB_PASSWORD", "verified"));
        String json =
                "{\"outcome\":\"verified\",\"bytes\":12345678,\"why\":[\"pin 12345678\",{\"reason\":\"verified\"}],\"none\":null}";
        assertThat(RedactedJson.of(JsonMapper.shared().readTree(json), redactor).toString())
                .isEqualTo(
                        "{\"outcome\":\"verified\",\"bytes\":12345678,\"why\":[\"pin ***\",{\"reason\":\"***\"}],\"none\":null}");
    }

    @Test
    void aSaltedHash_isTheSameForTheSameValueAndSaltOnly() {
        SaltedHash hash = new SaltedHash(new byte[] {1, 2, 3});
        assertThat(hash.of("value")).matches("[0-9a-f]{8}").isEqualTo(new SaltedHash(new byte[] {1, 2, 3}).of("value"));
        assertThat(hash.of("value"))
                .isNotEqualTo(hash.of("Value"))
                .isNotEqualTo(new SaltedHash(new byte[] {4}).of("value"));
    }
}
