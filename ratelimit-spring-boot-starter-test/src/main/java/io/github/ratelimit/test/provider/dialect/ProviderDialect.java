package io.github.ratelimit.test.provider.dialect;

import io.github.ratelimit.test.provider.limits.Violation;
import java.util.Map;

/**
 * How a provider reports its limits. {@link ProviderDialects} has the known ones; a test
 * can bring its own. Implementations are immutable.
 */
public interface ProviderDialect {

	/**
	 * Returns the name of the dialect.
	 * @return for example {@code openai}
	 */
	String name();

	/**
	 * Returns the headers of an answer to an admitted request.
	 * @param report the limits
	 * @return names in lower case and values, in the provider's order; none if the
	 * provider has none
	 */
	Map<String, String> headers(ProviderReport report);

	/**
	 * Returns the answer to a request for which the limits have no room.
	 * @param report the limits
	 * @param violation the violated limit
	 * @return the answer
	 */
	ProviderAnswer refused(ProviderReport report, Violation violation);

	/**
	 * Returns the answer to a request while the provider is overloaded, whatever the
	 * state of the limits is.
	 * @param report the limits
	 * @return the answer
	 */
	ProviderAnswer overloaded(ProviderReport report);

	/**
	 * Returns the answer to a request when the credit is spent. A retry does not help.
	 * @param report the limits
	 * @return the answer
	 */
	ProviderAnswer creditSpent(ProviderReport report);

}
