package io.github.ratelimit.registry;

import io.github.ratelimit.KeyLabel;
import io.github.ratelimit.LimitMode;
import io.github.ratelimit.StoreUnavailableException;
import io.github.ratelimit.TimeSource;
import io.github.ratelimit.UnknownLimitException;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.ConcurrentModificationException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BiPredicate;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Changes the settings of limits while the application runs. A change holds in every
 * instance that shares the store, also in those that start later, until it is withdrawn
 * or every instance's configuration says the same. Thread-safe; a change is made as a
 * whole or not at all.
 */
public final class LimitChanges {

	/** In place of the name of a limit: the settings of all limits. */
	static final String ALL = "*";

	private static final int MOST_ATTEMPTS = 20;

	/** Before the next attempt, when others change something at the same time. */
	private static final long LONGEST_PAUSE_NANOS = Duration.ofMillis(20).toNanos();

	private final LimitRegistry registry;

	private final KillSwitch killSwitch;

	private final SharedChanges shared;

	private final LimitChange.Listener listener;

	private final TimeSource time;

	private volatile KillSwitch.State configured;

	private volatile ChangeSet known = ChangeSet.NONE;

	/**
	 * Creates it with the settings that are in force now as those of the configuration.
	 * @param registry the limits
	 * @param killSwitch switches all limits
	 * @param shared where instances share changes
	 * @param listener receives changes
	 * @param time until when banned keys are looked for
	 */
	public LimitChanges(LimitRegistry registry, KillSwitch killSwitch, SharedChanges shared,
			LimitChange.Listener listener, TimeSource time) {
		this.registry = registry;
		this.killSwitch = killSwitch;
		this.shared = shared;
		this.listener = listener;
		this.time = time;
		this.configured = killSwitch.state();
		registry.whenRegistered(this::registered);
	}

	/**
	 * Returns changes that no other instance gets, and no listener.
	 * @param registry the limits
	 * @param killSwitch switches all limits
	 * @return the changes of this instance
	 */
	public static LimitChanges ofInstance(LimitRegistry registry, KillSwitch killSwitch) {
		return new LimitChanges(registry, killSwitch, SharedChanges.NONE, LimitChange.Listener.NONE,
				TimeSource.system());
	}

	/** Begins to take over what other instances change. */
	public void start() {
		this.shared.start(this);
	}

	/**
	 * Changes settings of a limit.
	 * @param limit the limit's name
	 * @param values the texts of the settings as the configuration has them, by their
	 * names: {@code rate}, {@code burst}, {@code max-concurrent}, {@code plans.<name>},
	 * {@code mode} and {@code ban-after}; null to withdraw a change. Other names are
	 * ignored
	 * @param by who makes the change, null if that is not known
	 * @throws UnknownLimitException if there is no such limit
	 * @throws InvalidChangeException if no name is known, or a value cannot be
	 * @throws StoreUnavailableException if other instances cannot be reached
	 */
	public void change(String limit, Map<String, @Nullable String> values, @Nullable String by) {
		RegisteredLimit registered = this.registry.get(limit);
		update(registered.name(), (before) -> explained(() -> {
			SettingChanges next = before.with(SettingNames.ofLimit(values, registered, before), by);
			return registered.normalized(next.at(now()), next);
		}));
	}

	/**
	 * Changes settings of all limits.
	 * @param values {@code enabled} and {@code mode}, null to withdraw a change. Other
	 * names are ignored
	 * @param by who makes the change, null if that is not known
	 * @throws InvalidChangeException if no name is known, or a value cannot be
	 * @throws StoreUnavailableException if other instances cannot be reached
	 */
	public void changeAll(Map<String, @Nullable String> values, @Nullable String by) {
		update(ALL, (before) -> explained(
				() -> this.configured.normalized(before.with(SettingNames.ofAll(values, before), by))));
	}

	/**
	 * Lets decisions of a limit look for banned keys until a time, where they do not
	 * anyway.
	 * @param limit the limit
	 * @param until when no key is banned any more
	 * @param by who bans a key, null if that is not known
	 * @throws InvalidChangeException if keys of the limit cannot be banned
	 * @throws StoreUnavailableException if other instances cannot be reached
	 */
	public void lookForBans(RegisteredLimit limit, Instant until, @Nullable String by) {
		if (limit.configured().blockable() || limit.configured().penalty() != null) {
			return;
		}
		explained(() -> {
			BanLimits.checkBlocks(limit.name());
			return limit;
		});
		long millis = BanLimits.lookedForUntil(until).toEpochMilli();
		update(limit.name(), (before) -> {
			boolean longer = before.blockableUntil() < millis;
			return longer ? before.with(Map.of(SettingValues.BLOCKABLE_UNTIL, Long.toString(millis)), by) : before;
		});
	}

	/**
	 * Reports a key that was banned or reset to the listener.
	 * @param limit the limit's name
	 * @param key the key, null for all keys
	 * @param setting {@code ban} or {@code reset}
	 * @param by who did it, null if that is not known
	 */
	public void keyChanged(String limit, @Nullable KeyLabel key, LimitChange.Setting setting, @Nullable String by) {
		this.listener.changed(new LimitChange(limit, key, List.of(setting), LimitChange.Origin.ENDPOINT, by));
	}

	private synchronized void update(String name, UnaryOperator<SettingChanges> change) {
		for (int attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
			ChangeSet before = this.known;
			SettingChanges next = change.apply(before.of(name));
			if (next.equals(before.of(name))) {
				return;
			}
			SharedChanges.Answer answer = this.shared.replace(before.with(name, next).state(), List.of());
			boolean replaced = answer.outcome() == SharedChanges.Outcome.REPLACED;
			if (answer.state() != null) {
				receive(answer.state(), replaced ? LimitChange.Origin.ENDPOINT : LimitChange.Origin.OTHER_INSTANCE);
			}
			if (replaced) {
				if (!this.shared.reachesOthers()) {
					tidyUp();
				}
				return;
			}
			LockSupport.parkNanos(ThreadLocalRandom.current().nextLong(LONGEST_PAUSE_NANOS));
		}
		throw new StoreUnavailableException("Other instances change settings at the same time. Try again",
				new ConcurrentModificationException());
	}

	/**
	 * Takes over settings of a configuration that was read again. What was changed while
	 * the application runs holds beside them.
	 * @param limits the settings of limits by their names; others are ignored
	 * @param enabled whether limits decide
	 * @param mode the mode of all limits
	 * @throws InvalidChangeException if settings of a limit cannot be; then nothing has
	 * changed
	 */
	public synchronized void reconfigure(Map<String, LimitSettings> limits, boolean enabled, LimitMode mode) {
		Map<RegisteredLimit, LimitSettings> found = new TreeMap<>(Comparator.comparing(RegisteredLimit::name));
		limits.forEach((name, settings) -> this.registry.find(name).ifPresent((limit) -> found.put(limit, settings)));
		found.forEach((limit, settings) -> explained(() -> limit.checked(settings, SettingChanges.NONE)));
		found.forEach(this::reconfigure);
		KillSwitch.State before = this.killSwitch.state();
		this.configured = new KillSwitch.State(enabled, mode);
		applyToAll(before, this.known.of(ALL), LimitChange.Origin.CONFIGURATION, null);
		if (!this.shared.reachesOthers()) {
			tidyUp();
		}
	}

	private void reconfigure(RegisteredLimit limit, LimitSettings settings) {
		try {
			put(limit, settings, this.known.of(limit.name()), LimitChange.Origin.CONFIGURATION, null);
		}
		catch (RuntimeException ex) {
			this.listener.dropped(limit.name(), String.valueOf(ex.getMessage()));
			put(limit, settings, SettingChanges.NONE, LimitChange.Origin.CONFIGURATION, null);
		}
	}

	private void registered(RegisteredLimit limit) {
		SettingChanges changes = this.known.of(limit.name());
		if (!changes.isEmpty()) {
			apply(limit.name(), changes, LimitChange.Origin.OTHER_INSTANCE);
		}
	}

	/**
	 * Takes over what others have changed.
	 * @param state version and text; an older version than is known is ignored
	 */
	public synchronized void received(SharedChanges.State state) {
		receive(state, LimitChange.Origin.OTHER_INSTANCE);
	}

	private void receive(SharedChanges.State state, LimitChange.Origin origin) {
		ChangeSet before = this.known;
		if (state.version() > before.version()) {
			ChangeSet next = ChangeSet.of(state);
			this.known = next;
			next.differentFrom(before).forEach((name) -> apply(name, next.of(name), origin));
		}
	}

	private void apply(String name, SettingChanges changes, LimitChange.Origin origin) {
		try {
			if (name.equals(ALL)) {
				applyToAll(this.killSwitch.state(), changes, origin, changes.by());
			}
			else {
				this.registry.find(name)
					.ifPresent((limit) -> put(limit, limit.configured(), changes, origin, changes.by()));
			}
		}
		catch (RuntimeException ex) {
			this.listener.rejected(name, String.valueOf(ex.getMessage()));
		}
	}

	private void applyToAll(KillSwitch.State before, SettingChanges changes, LimitChange.Origin origin,
			@Nullable String by) {
		KillSwitch.State after = this.configured.with(changes);
		this.killSwitch.set(after.enabled(), after.mode());
		publish(null, after.differencesFrom(before), origin, by);
	}

	private void put(RegisteredLimit limit, LimitSettings configured, SettingChanges changes, LimitChange.Origin origin,
			@Nullable String by) {
		LimitSettings before = limit.settings();
		limit.put(configured, changes.at(now()));
		publish(limit.name(), SettingValues.differences(before, limit.settings()), origin, by);
	}

	private void publish(@Nullable String limit, List<LimitChange.Setting> settings, LimitChange.Origin origin,
			@Nullable String by) {
		if (!settings.isEmpty()) {
			this.listener.changed(new LimitChange(limit, null, settings, origin, by));
		}
	}

	/**
	 * Returns which settings of all limits differ from the configuration.
	 * @return the settings with the text of the configuration and that in force
	 */
	public List<LimitChange.Setting> differences() {
		return this.killSwitch.state().differencesFrom(this.configured);
	}

	/**
	 * Returns the time by which bans end.
	 * @return the time of the wall clock
	 */
	public Instant now() {
		return this.time.wallTime();
	}

	/**
	 * Returns what this instance knows of the changes of all.
	 * @return version and text
	 */
	public SharedChanges.State known() {
		return this.known.state();
	}

	/**
	 * Returns the names of the changes that differ from the configuration of this
	 * instance.
	 * @return names, as the text has them
	 */
	public List<String> needed() {
		return this.known.names((limit, setting) -> Boolean.TRUE.equals(differs(limit, setting)));
	}

	/**
	 * Withdraws changes that the configuration says as well, if no other instance needs
	 * them, and forgets who has withdrawn others.
	 */
	public synchronized void tidyUp() {
		ChangeSet before = this.known;
		BiPredicate<String, String> same = (limit, setting) -> Boolean.FALSE.equals(differs(limit, setting));
		List<String> unneeded = before.names(same);
		if (!unneeded.isEmpty() || before.hasWithdrawals()) {
			SharedChanges.Answer answer = this.shared.replace(before.without(same).state(), unneeded);
			if (answer.state() != null) {
				receive(answer.state(), LimitChange.Origin.CONFIGURATION);
			}
		}
	}

	/**
	 * Returns whether a change differs from the configuration of this instance, null if
	 * there is no such limit here.
	 */
	private @Nullable Boolean differs(String limit, String setting) {
		String text = this.known.of(limit).values().getOrDefault(setting, "");
		if (limit.equals(ALL)) {
			return !text.equals(this.configured.text(setting));
		}
		if (setting.equals(SettingValues.BLOCKABLE_UNTIL)) {
			return now().toEpochMilli() < this.known.of(limit).blockableUntil();
		}
		return this.registry.find(limit)
			.map((found) -> !text.equals(SettingValues.read(found.configured(), setting)))
			.orElse(null);
	}

	private static <T> T explained(Supplier<T> check) {
		try {
			return check.get();
		}
		catch (InvalidChangeException ex) {
			throw ex;
		}
		catch (RuntimeException ex) {
			throw new InvalidChangeException(String.valueOf(ex.getMessage()), ex);
		}
	}

}
