package io.github.ratelimit.actuate;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.github.ratelimit.Key;
import io.github.ratelimit.Limit;
import io.github.ratelimit.Penalty;
import io.github.ratelimit.Rate;
import io.github.ratelimit.registry.BusyKeys.KeyCount;
import io.github.ratelimit.registry.KeySource;
import io.github.ratelimit.registry.LimitChange;
import io.github.ratelimit.registry.LimitSettings;
import io.github.ratelimit.registry.LimitStatistics;
import io.github.ratelimit.registry.RegisteredLimit;
import io.github.ratelimit.store.KeyState;
import io.github.ratelimit.store.LimitStore;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * One limit.
 *
 * @param algorithm how it counts
 * @param rates its rates, for example {@code 60/min burst 90}; none if it counts calls in
 * flight
 * @param maxConcurrent how many calls may be in flight at once; null if it has rates
 * @param key the expressions of its keys, the first that has a value
 * @param plans what it is for each plan, by the plans' names; left out if there are none
 * @param mode what a refusal does: {@code enforce} or {@code shadow}
 * @param banAfter after how many refusals a key is banned; null if it never is
 * @param changed what differs from the configuration, by the names of the settings; left
 * out where nothing does
 * @param boundTo the rules and methods that it limits
 * @param allowed calls since the start that this and all other limits of the decision
 * allowed
 * @param denied calls since the start that it refused
 * @param shadowDenied calls since the start that it would have refused if it were not in
 * shadow mode
 * @param degraded calls since the start that it could not decide as it should
 * @param exempt calls since the start that were exempt from it
 * @param trackedKeys how many keys are kept
 * @param busiest the keys that called most in the last ten to twenty minutes, at most ten
 * @param mostDenied the keys that were refused most in that time, at most ten
 */
public record LimitDescriptor(String algorithm, List<String> rates, @Nullable Long maxConcurrent, List<String> key,
		@JsonInclude(JsonInclude.Include.NON_EMPTY) Map<String, PlanDescriptor> plans, String mode,
		@Nullable String banAfter, @JsonInclude(JsonInclude.Include.NON_EMPTY) Map<String, ChangedDescriptor> changed,
		List<String> boundTo, long allowed, long denied, long shadowDenied, long degraded, long exempt,
		long trackedKeys, List<BusyKeyDescriptor> busiest, List<DeniedKeyDescriptor> mostDenied) {

	private static final int MOST = 10;

	static LimitDescriptor of(RegisteredLimit registered, LimitStore store, boolean plain) {
		LimitSettings settings = registered.settings();
		Limit limit = settings.limit();
		LimitStatistics statistics = registered.statistics();
		Penalty penalty = settings.penalty();
		return new LimitDescriptor(limit.algorithm().toString(), rates(limit), slots(limit),
				registered.keySources().stream().map(KeySource::expression).toList(), plans(settings),
				settings.mode().toString(), (penalty != null) ? penalty.toString() : null,
				ChangedDescriptor.of(registered.differences()), registered.boundTo(), statistics.allowed(),
				statistics.denied(), statistics.shadowDenied(), statistics.degraded(), statistics.exempt(),
				store.trackedKeys(registered.handle()),
				statistics.busiest(MOST)
					.stream()
					.map((count) -> BusyKeyDescriptor.of(count, registered, store, plain))
					.toList(),
				statistics.mostDenied(MOST).stream().map((count) -> DeniedKeyDescriptor.of(count, plain)).toList());
	}

	private static Map<String, PlanDescriptor> plans(LimitSettings settings) {
		Map<String, PlanDescriptor> plans = new TreeMap<>();
		settings.plans().forEach((plan, limit) -> plans.put(plan, new PlanDescriptor(rates(limit), slots(limit))));
		return plans;
	}

	private static List<String> rates(Limit limit) {
		return limit.rates().stream().map(Rate::toString).toList();
	}

	private static @Nullable Long slots(Limit limit) {
		return limit.isConcurrency() ? limit.capacity() : null;
	}

	/**
	 * The form of a limit for callers with a plan.
	 *
	 * @param rates the plan's rates; none if the limit counts in-flight calls
	 * @param maxConcurrent how many calls may be in flight at once; null if the limit has
	 * rates
	 */
	public record PlanDescriptor(List<String> rates, @Nullable Long maxConcurrent) {
	}

	/**
	 * A key that calls often.
	 *
	 * @param id the key's id
	 * @param key the key, masked unless values are shown
	 * @param calls about how many calls it made in the last ten to twenty minutes
	 * @param limit how many permits can be saved up, of the rate nearest to refusal; null
	 * if this instance does not know
	 * @param remaining how many permits that rate has now; null if this instance does not
	 * know
	 */
	@JsonInclude(JsonInclude.Include.NON_NULL)
	public record BusyKeyDescriptor(String id, String key, long calls, @Nullable Long limit, @Nullable Long remaining) {

		private static BusyKeyDescriptor of(KeyCount count, RegisteredLimit registered, LimitStore store,
				boolean plain) {
			Key key = count.key();
			KeyState state = store.lastKnown(registered.handle(), key).orElse(null);
			return new BusyKeyDescriptor(key.id(), plain ? key.revealed() : key.masked(), count.count(),
					(state != null) ? state.limit() : null, (state != null) ? state.remaining() : null);
		}

	}

	/**
	 * A key that was refused.
	 *
	 * @param id the key's id
	 * @param key the key, masked unless values are shown
	 * @param denied about how many of its calls were refused in the last ten to twenty
	 * minutes
	 */
	public record DeniedKeyDescriptor(String id, String key, long denied) {

		private static DeniedKeyDescriptor of(KeyCount count, boolean plain) {
			Key key = count.key();
			return new DeniedKeyDescriptor(key.id(), plain ? key.revealed() : key.masked(), count.count());
		}

	}

	/**
	 * A setting that was changed while the application runs.
	 *
	 * @param configured what the configuration says, null if it says nothing
	 * @param value what is in force, null if there is no such setting now
	 */
	public record ChangedDescriptor(@Nullable String configured, @Nullable String value) {

		static Map<String, ChangedDescriptor> of(List<LimitChange.Setting> differences) {
			Map<String, ChangedDescriptor> changed = new LinkedHashMap<>();
			differences.forEach(
					(setting) -> changed.put(setting.name(), new ChangedDescriptor(setting.before(), setting.after())));
			return changed;
		}

	}

}
