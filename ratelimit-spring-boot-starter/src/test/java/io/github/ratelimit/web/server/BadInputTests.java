package io.github.ratelimit.web.server;

import org.junit.jupiter.api.Tag;

/** At the root of the server. */
@Tag("version-independent")
class BadInputTests extends BadInputContract {

	BadInputTests() {
		super("", "");
	}

}
