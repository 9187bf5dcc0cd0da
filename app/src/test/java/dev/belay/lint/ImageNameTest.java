package dev.belay.lint;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ImageNameTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "nginx",
                "localhost:5000/shop/web",
                "shop/web:latest",
                "nginx:alpine",
                "nginx:stable-alpine3.19",
                "alpine:edge",
                "node:lts-bookworm",
                "python:bookworm",
                "shop/web:main",
                "shop/web:v1-latest",
                "shop/web:production"
            })
    void whatNamesALine_moves(String image) {
        assertThat(ImageName.of(image).moving()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "nginx:1.27",
                "mongo:7",
                "localhost:5000/shop/web:1.4.2",
                "shop/web:main-3f2a9c1",
                "shop/web:stable-1.4.2",
                "shop/web:deadbeef",
                "shop/web:sha-abcdefa",
                "debian:bookworm-slim",
                "shop/web:2026-11-25",
                "nginx:latest@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
                "nginx@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
            })
    void whatNamesARelease_stays(String image) {
        assertThat(ImageName.of(image).moving()).isFalse();
    }

    @Test
    void theSoftwareIsTheLastWord() {
        ImageName image = ImageName.of("registry.example.com:5000/bitnami/postgresql:16.4-debian-12");
        assertThat(image.software()).isEqualTo("postgresql");
        assertThat(image.organisationAndSoftware()).isEqualTo("bitnami/postgresql");
        assertThat(image.major()).isEqualTo(16);
    }
}
