package io.github.ratelimit.web.server;

import org.junit.jupiter.api.Tag;

/** With a context path and a path of Spring MVC's servlet. */
@Tag("version-independent")
class BadInputUnderPathsTests extends BadInputContract {

	BadInputUnderPathsTests() {
		super("/shop", "/api");
	}

}
