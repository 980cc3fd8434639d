package io.github.ratelimit.store.redis.bucket4j;

import io.github.ratelimit.store.redis.script.LuaScript;
import java.util.function.UnaryOperator;

/**
 * The scripts of Bucket4j's buckets.
 *
 * @param command runs a command of one bucket
 * @param find returns the stored state of one bucket
 * @param reset removes one bucket
 */
record BucketScripts(LuaScript command, LuaScript find, LuaScript reset) {

	static BucketScripts load() {
		return load(UnaryOperator.identity());
	}

	/** Loads them with changed texts, for tests that control the time. */
	static BucketScripts load(UnaryOperator<String> edit) {
		return new BucketScripts(LuaScript.of(edit, "common", "records", "token-bucket", "bucket4j"),
				LuaScript.of(edit, "common", "records", "bucket4j-find"), LuaScript.of(edit, "reset"));
	}

}
