package io.github.ratelimit.provider.dialect;

import java.time.Duration;

/**
 * How a provider reports its limits. An application adds its own as a bean and names it
 * in {@code ratelimit.clients.<name>.dialect}. Implementations are immutable and never
 * fail: a value that they cannot read is ignored and counted in
 * {@link ProviderSnapshot#ignoredValues()}.
 */
public interface ClientDialect {

	/**
	 * Returns the name that the configuration uses.
	 * @return for example {@code openai}
	 */
	String name();

	/**
	 * Returns whether {@code dialect: auto} chooses this dialect for a host.
	 * @param host a host name in lower case, for example {@code api.openai.com}
	 * @return whether the host uses it
	 */
	default boolean isSpokenBy(String host) {
		return false;
	}

	/**
	 * Reads what a response reports.
	 * @param response the response
	 * @return the snapshot, {@link ProviderSnapshot#EMPTY} if the response reports
	 * nothing
	 */
	ProviderSnapshot read(ProviderResponse response);

	/**
	 * Returns the time in which a limit refills if a response does not show it.
	 * @param dimension what is counted
	 * @return the window, one minute by default
	 */
	default Duration window(Dimension dimension) {
		return Duration.ofMinutes(1);
	}

}
