package io.github.ratelimit.web.server;

/** With a context path and a path of Spring MVC's servlet. */
class BadInputUnderPathsTests extends BadInputContract {

	BadInputUnderPathsTests() {
		super("/shop", "/api");
	}

}
