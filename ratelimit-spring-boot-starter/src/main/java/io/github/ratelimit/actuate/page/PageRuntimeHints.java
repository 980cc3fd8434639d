package io.github.ratelimit.actuate.page;

import org.jspecify.annotations.Nullable;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;

/** {@link RuntimeHintsRegistrar} that keeps the page's files in a native image. */
public final class PageRuntimeHints implements RuntimeHintsRegistrar {

	@Override
	public void registerHints(RuntimeHints hints, @Nullable ClassLoader classLoader) {
		hints.resources().registerPattern("io/github/ratelimit/actuate/page/*");
	}

}
