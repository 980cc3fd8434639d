package io.github.ratelimit.web.server;

/** At the root of the server. */
class BadInputTests extends BadInputContract {

	BadInputTests() {
		super("", "");
	}

}
