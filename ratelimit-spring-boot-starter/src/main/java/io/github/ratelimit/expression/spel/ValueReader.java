package io.github.ratelimit.expression.spel;

import io.github.ratelimit.expression.Call;
import org.jspecify.annotations.Nullable;

/** Reads a value of a call. It may fail because of the client's input. Thread-safe. */
@FunctionalInterface
interface ValueReader {

	/**
	 * Reads the value.
	 * @param call the call
	 * @return the value, null if there is none
	 * @throws Exception of any kind, if the client's input is unsuitable
	 */
	@Nullable Object read(Call call) throws Exception;

}
