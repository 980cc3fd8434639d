package io.github.ratelimit.web.path;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PathOverlapTests {

	@ParameterizedTest
	@CsvSource({ "/**, /api/hi, true", "/api/hi, /api/hi, true", "/API/hi, /api/HI, true", "/api/hi, /api/ho, false",
			"/api/*, /api/{id}, true", "/api/*, /api, false", "/api/**, /api, true", "/api/**/x, /api/{*rest}, true",
			"/v1/**, /v2/**, false", "/srv/api/hi, /api/hi, false", "/, /**, true", "/, /x, false",
			"/a/{x}/c, /a/b/*, true", "/a/{x}/c, /a/b/d, false", "/**/x, /a/b/x, true", "/**/x, /a/b/y, false" })
	void patternsOverlapIfOnePathMatchesBoth(String one, String other, boolean expected) {
		assertThat(PathOverlap.exists(one, other)).isEqualTo(expected);
		assertThat(PathOverlap.exists(other, one)).isEqualTo(expected);
	}

}
