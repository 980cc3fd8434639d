package io.github.ratelimit.web.request;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class QueryParametersTests {

	@ParameterizedTest
	@CsvSource({ "key=a, a", "x=1&key=a, a", "key=a&key=b, a", "x=key&key=a, a", "keys=1&key=a, a",
			"key=a%20b+c, 'a b c'", "k%65y=a, a", "key=a=b, a=b", "key=%zz, %zz", "key=%, %", "&&key=a&, a" })
	void theFirstValueOfAParameterIsFound(String query, String expected) {
		assertThat(QueryParameters.first(query, "key")).isEqualTo(expected);
	}

	@ParameterizedTest
	@ValueSource(strings = { "api+key=a", "api%20key=a", "ap%69+key=a" })
	void aNameWithABlankIsFoundHoweverItIsSent(String query) {
		assertThat(QueryParameters.first(query, "api key")).isEqualTo("a");
	}

	@ParameterizedTest
	@CsvSource({ "key", "key=", "key&x=1", "x=1&key" })
	void aParameterWithoutAValueIsEmpty(String query) {
		assertThat(QueryParameters.first(query, "key")).isEmpty();
	}

	@Test
	void aMissingParameterIsNull() {
		assertThat(QueryParameters.first(null, "key")).isNull();
		assertThat(QueryParameters.first("", "key")).isNull();
		assertThat(QueryParameters.first("ke=1&keyy=2&x=key=3", "key")).isNull();
	}

}
