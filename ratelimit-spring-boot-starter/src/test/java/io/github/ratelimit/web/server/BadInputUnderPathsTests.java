package io.github.ratelimit.web.server;

/** Under a context path and the path of Spring MVC's servlet. */
class BadInputUnderPathsTests extends BadInputContract {

	BadInputUnderPathsTests() {
		super("/shop", "/api");
	}

}
