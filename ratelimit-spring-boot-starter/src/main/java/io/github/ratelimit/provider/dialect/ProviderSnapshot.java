package io.github.ratelimit.provider.dialect;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one response reports about the limits of its provider.
 *
 * @param quotas the limits, no two of the same dimension and window
 * @param throttle why the request was not served; null if limits were not the reason
 * @param ignoredValues how many values were there but could not be read
 */
public record ProviderSnapshot(List<Quota> quotas, @Nullable Throttle throttle, int ignoredValues) {

	/** A response that reports nothing. */
	public static final ProviderSnapshot EMPTY = new ProviderSnapshot(List.of(), null, 0);

	/** Creates a snapshot. */
	public ProviderSnapshot {
		quotas = List.copyOf(quotas);
	}

}
