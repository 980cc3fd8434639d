package io.github.ratelimit.benchmarks.http;

import java.util.List;

/** The servers that are compared. */
enum Variant {

	/** No limit, without the starter's auto-configurations. */
	NONE(List.of("--spring.autoconfigure.exclude=" + Variant.AUTO_CONFIGURATIONS)),

	/** A filter by hand. */
	BY_HAND(List.of("--spring.autoconfigure.exclude=" + Variant.AUTO_CONFIGURATIONS,
			"--spring.profiles.active=by-hand")),

	/** The starter with one rule. */
	STARTER(List.of("--ratelimit.limits.hello.rate=1000000000/min", "--ratelimit.limits.hello.key=header('X-API-Key')",
			"--ratelimit.http.rules[0].path=/v1/**", "--ratelimit.http.rules[0].limits=hello"));

	private static final String PACKAGE = "io.github.ratelimit.autoconfigure.";

	static final String AUTO_CONFIGURATIONS = PACKAGE + "RateLimitAutoConfiguration," + PACKAGE
			+ "RateLimitWebAutoConfiguration," + PACKAGE + "RateLimitMethodAutoConfiguration";

	private final List<String> arguments;

	Variant(List<String> arguments) {
		this.arguments = arguments;
	}

	List<String> arguments() {
		return this.arguments;
	}

}
