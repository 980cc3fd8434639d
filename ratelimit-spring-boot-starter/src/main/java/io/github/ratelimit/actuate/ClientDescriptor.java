package io.github.ratelimit.actuate;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import io.github.ratelimit.client.ClientLimiter;
import io.github.ratelimit.client.ClientSettings;
import io.github.ratelimit.client.ProviderAccount;
import io.github.ratelimit.governor.GovernorState;
import io.github.ratelimit.governor.GovernorState.QuotaState;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;

/**
 * A client of the configuration as the endpoint shows it.
 *
 * @param match the addresses of its requests
 * @param dialect how its provider reports limits, {@code auto} to choose by the host
 * @param key what its quotas are counted by
 * @param mode what happens to calls beyond the quota
 * @param used whether it has met a call since the start
 * @param keys whose quotas are in use, at most {@value #MAX_KEYS}
 */
public record ClientDescriptor(List<String> match, String dialect, List<String> key, String mode, boolean used,
		List<ClientKeyDescriptor> keys) implements OperationResponseBody {

	/** How many keys are shown at most. */
	public static final int MAX_KEYS = 100;

	static ClientDescriptor of(ClientLimiter client) {
		ClientSettings settings = client.settings();
		return new ClientDescriptor(settings.match().stream().map(Object::toString).toList(),
				(settings.dialect() != null) ? settings.dialect().name() : "auto",
				settings.key().stream().map(ClientDescriptor::text).toList(), settings.settings().mode().toString(),
				client.isUsed(), client.accounts().stream().limit(MAX_KEYS).map(ClientKeyDescriptor::of).toList());
	}

	private static String text(Enum<?> constant) {
		return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
	}

	/**
	 * One key of a client.
	 *
	 * @param id the key's stable id
	 * @param key the key, masked
	 * @param model the model, null if the key does not distinguish models
	 * @param dialect how the provider reports its limits
	 * @param state {@code normal}, {@code throttled} or {@code recovering}
	 * @param reason why, null if there is no special reason
	 * @param inFlight how many calls are in flight
	 * @param waiting how many calls are queued
	 * @param throttled how many calls the provider has refused for its limits
	 * @param lastThrottled when it refused the last one, null if it never did
	 * @param lastReason the provider's word for the reason, null if it never did
	 * @param quotas its limits
	 */
	@JsonInclude(Include.NON_NULL)
	public record ClientKeyDescriptor(String id, String key, @Nullable String model, String dialect, String state,
			@Nullable String reason, int inFlight, int waiting, long throttled, @Nullable Instant lastThrottled,
			@Nullable String lastReason, List<QuotaDescriptor> quotas) {

		static ClientKeyDescriptor of(ProviderAccount account) {
			GovernorState state = account.governor().state();
			return new ClientKeyDescriptor(account.key().id(), account.key().masked(),
					account.model().isEmpty() ? null : account.model(), account.dialect().name(), text(state.phase()),
					state.reason(), state.inFlight(), state.waiting(), state.throttled(), state.lastThrottled(),
					state.lastCode(), state.quotas().stream().map(QuotaDescriptor::of).toList());
		}

	}

	/**
	 * One limit of a provider.
	 *
	 * @param dimension {@code requests}, {@code tokens}, {@code input-tokens} or
	 * {@code output-tokens}
	 * @param window the time in which all permits refill, in seconds
	 * @param limit how many permits there are
	 * @param remaining what the provider reported last, null if it does not report
	 * @param available what this instance expects to be there now
	 * @param rate how many permits a second are used at most
	 * @param factor by what estimates are multiplied
	 */
	@JsonInclude(Include.NON_NULL)
	public record QuotaDescriptor(String dimension, double window, long limit, @Nullable Long remaining, long available,
			double rate, double factor) {

		static QuotaDescriptor of(QuotaState state) {
			return new QuotaDescriptor(text(state.dimension()), state.window().toMillis() / 1000.0, state.limit(),
					(state.remaining() >= 0) ? state.remaining() : null, state.available(), rounded(state.perSecond()),
					rounded(state.factor()));
		}

		private static double rounded(double figure) {
			return Math.round(figure * 1000) / 1000.0;
		}

	}

}
