package io.github.ratelimit.store.redis;

import java.util.function.UnaryOperator;

/**
 * The scripts of Bucket4j's buckets.
 *
 * @param command runs a command of one bucket
 * @param find returns what is kept of one bucket
 * @param reset forgets one bucket
 */
record BucketScripts(Script command, Script find, Script reset) {

	static BucketScripts load() {
		return load(UnaryOperator.identity());
	}

	/** Loads them with changed texts, for tests that turn the time. */
	static BucketScripts load(UnaryOperator<String> edit) {
		return new BucketScripts(Script.of(edit, "common", "records", "token-bucket", "bucket4j"),
				Script.of(edit, "common", "records", "bucket4j-find"), Script.of(edit, "reset"));
	}

}
