package io.github.ratelimit.test.provider.limits;

import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The limits of a provider: it admits or refuses requests, and counts what it did. Each
 * credential and model has limits of its own, full at its first request. A request is
 * admitted if all limits have enough permits; a refused one takes nothing.
 * <p>
 * There is no HTTP here, and no time except that of the clock, so a simulation that
 * advances a {@link ManualClock} runs in no time, with the same result each time. A clock
 * that goes back counts as one that stands still. Thread-safe.
 */
public final class ProviderLimits {

	private final ProviderLimitsBuilder settings;

	private final Map<Key, KeyMeters> keys = new LinkedHashMap<>();

	private double scale = 1;

	ProviderLimits(ProviderLimitsBuilder settings) {
		this.settings = settings;
	}

	/**
	 * Returns a builder of limits.
	 * @return a builder without limits
	 */
	public static ProviderLimitsBuilder builder() {
		return new ProviderLimitsBuilder();
	}

	/**
	 * Decides about a request.
	 * @param credential the credential of the request
	 * @param model the model that it asks for
	 * @param usage the tokens that it will use: what is charged is the estimate of them
	 * @return the decision; the caller ends an admitted request
	 */
	public synchronized Admission admit(String credential, String model, ProviderUsage usage) {
		return meters(credential, model).admit(this.settings.estimate.estimate(usage));
	}

	/**
	 * Returns the limits of a credential and model as they are now.
	 * @param credential the credential
	 * @param model the model
	 * @return the states, in the order of the limits
	 */
	public synchronized List<LimitState> states(String credential, String model) {
		return meters(credential, model).states();
	}

	/**
	 * Changes all limits of all credentials and models at once, as a provider does that
	 * halves a quota without notice. Permits beyond a smaller limit are lost; a limit
	 * that grows has no more permits than before. The limit of concurrent requests stays.
	 * @param factor multiplies the limits as built: 0.5 halves them, 1 restores them
	 */
	public synchronized void scaleTo(double factor) {
		this.scale = factor;
		this.keys.forEach((key, meters) -> meters.changeTo(limits(key.model())));
	}

	/**
	 * Returns what was done for a credential and model.
	 * @param credential the credential
	 * @param model the model
	 * @return the counts until now
	 */
	public synchronized ProviderCounts counts(String credential, String model) {
		return meters(credential, model).counts();
	}

	/**
	 * Returns the clock.
	 * @return the clock that the limits go by
	 */
	public InstantSource clock() {
		return this.settings.clock;
	}

	private KeyMeters meters(String credential, String model) {
		return this.keys.computeIfAbsent(new Key(credential, model),
				(key) -> new KeyMeters(this.settings, limits(key.model())));
	}

	private List<ProviderLimit> limits(String model) {
		return this.settings.limits(model)
			.stream()
			.map((limit) -> (this.scale == 1) ? limit : limit.scaledBy(this.scale))
			.toList();
	}

	private record Key(String credential, String model) {
	}

}
