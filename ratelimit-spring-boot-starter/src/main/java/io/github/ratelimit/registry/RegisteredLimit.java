package io.github.ratelimit.registry;

import io.github.ratelimit.Key;
import io.github.ratelimit.Limit;
import io.github.ratelimit.LimitMode;
import io.github.ratelimit.Penalty;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A limit of the application: its settings, which can be changed while the application
 * runs, its key sources, the rules and methods that it is bound to, and its counters.
 * Thread-safe.
 */
public final class RegisteredLimit {

	private final List<KeySource> keySources;

	private final UnaryOperator<String> addressForm;

	private final Consumer<LimitSettings> checks;

	private final LimitStatistics statistics = new LimitStatistics();

	private final Set<String> boundTo = new ConcurrentSkipListSet<>();

	private volatile InForce inForce;

	RegisteredLimit(LimitSettings settings, List<KeySource> keySources, UnaryOperator<String> addressForm,
			Consumer<LimitSettings> checks) {
		this.keySources = List.copyOf(keySources);
		this.addressForm = addressForm;
		this.checks = checks;
		checks.accept(settings);
		this.inForce = InForce.of(this, settings, SettingChanges.NONE, settings, null);
	}

	/**
	 * Returns a limit that belongs to no registry.
	 * @param settings its settings
	 * @return the limit
	 */
	public static RegisteredLimit of(LimitSettings settings) {
		return of(settings, List.of());
	}

	/**
	 * Returns a limit that is in no registry.
	 * @param settings its settings
	 * @param keySources where its keys come from, possibly nowhere
	 * @return the limit
	 */
	public static RegisteredLimit of(LimitSettings settings, List<KeySource> keySources) {
		return new RegisteredLimit(settings, keySources, UnaryOperator.identity(), (any) -> {
		});
	}

	/**
	 * Returns the current settings. A caller that needs several of them calls this once,
	 * so that they belong together.
	 * @return the settings
	 */
	public LimitSettings settings() {
		return this.inForce.settings;
	}

	/**
	 * Returns the settings as they are configured, without {@link #changes()}.
	 * @return the settings
	 */
	public LimitSettings configured() {
		return this.inForce.configured;
	}

	/**
	 * Returns what was changed while the application runs and has not been withdrawn.
	 * @return the changes
	 */
	public SettingChanges changes() {
		return this.inForce.changes;
	}

	/**
	 * Returns which settings differ from the configuration.
	 * @return the settings with the text of the configuration and that in force, by name
	 */
	public List<LimitChange.Setting> differences() {
		InForce current = this.inForce;
		return SettingValues.differences(current.configured, current.settings);
	}

	/**
	 * Changes the configured settings, as a whole: calls are decided by the old or by the
	 * new ones. What keys have used stays used, in proportion where a rate changes.
	 * @param change makes the new settings of those that are configured
	 * @throws IllegalArgumentException if the new settings have another limit's name, or
	 * the store cannot count them; then nothing has changed
	 */
	public synchronized void change(UnaryOperator<LimitSettings> change) {
		put(change.apply(this.inForce.configured), this.inForce.changes);
	}

	/** Puts settings in force, with changes, or throws and leaves all as it is. */
	synchronized void put(LimitSettings configured, SettingChanges changes) {
		LimitSettings settings = checked(configured, changes);
		this.inForce = InForce.of(this, configured, changes, settings, this.inForce);
	}

	/**
	 * Returns settings with changes, which can be in force.
	 * @throws RuntimeException if they cannot, saying why
	 */
	LimitSettings checked(LimitSettings configured, SettingChanges changes) {
		LimitSettings settings = SettingValues.apply(configured, changes);
		if (!settings.limit().name().equals(name())) {
			throw new IllegalArgumentException("The settings are those of limit '" + settings.limit().name()
					+ "', not of limit '" + name() + "'. A limit keeps its name.");
		}
		if (changes.values().containsKey(SettingValues.BAN_AFTER)) {
			BanLimits.checkPenalty(settings, this.keySources);
		}
		this.checks.accept(settings);
		return settings;
	}

	/**
	 * Returns changes whose texts are equal where their values are.
	 * @param current the changes that have not ended
	 * @param all all changes
	 * @throws RuntimeException if the changed settings cannot be in force, saying why
	 */
	SettingChanges normalized(SettingChanges current, SettingChanges all) {
		LimitSettings settings = checked(configured(), current);
		return all.withTexts((name) -> SettingValues.read(settings, name));
	}

	/**
	 * Returns the name of the limit.
	 * @return the name, which never changes
	 */
	public String name() {
		return limit().name();
	}

	/**
	 * Returns the limit as it is configured now.
	 * @return the limit
	 */
	public Limit limit() {
		return this.inForce.handle.limit();
	}

	/**
	 * Returns whether a decision of the store is that of the limit: the limit is enforced
	 * and has no penalty.
	 * @return false if refusals let calls through, or are counted for a ban
	 */
	public boolean isPlain() {
		return this.inForce.plain;
	}

	/**
	 * Returns whether headers and bodies omit the limit.
	 * @return whether no answer mentions the limit
	 */
	public boolean isHidden() {
		return this.inForce.hidden;
	}

	/**
	 * Returns the handle for charges of calls without a plan.
	 * @return the handle of the limit as it is configured now
	 */
	public LimitHandle handle() {
		return this.inForce.handle;
	}

	/**
	 * Returns the handle for charges of calls with a plan.
	 * @param plan the name of a plan, null for none
	 * @return the handle of the limit as that plan has it now, null if there is no such
	 * plan
	 */
	public @Nullable LimitHandle handle(@Nullable String plan) {
		InForce current = this.inForce;
		return (plan != null) ? current.plans.get(plan) : current.handle;
	}

	/**
	 * Returns the handle by which the refusals of keys are counted for the limit's
	 * penalty.
	 * @return the handle, null if there is no penalty now
	 */
	public @Nullable LimitHandle refusals() {
		return this.inForce.refusals;
	}

	@Nullable LimitHandle blocks() {
		return this.inForce.blocks;
	}

	/**
	 * Returns the sources of the limit's keys, in order of precedence.
	 * @return an unmodifiable list, empty for a limit that only the application's own
	 * code uses
	 */
	public List<KeySource> keySources() {
		return this.keySources;
	}

	/**
	 * Returns the key that a plain text means in the application's own code: of the kind
	 * of the limit's first key, so that code and rules share one count. An address is
	 * read as that of a request is. A limit with {@code key: global} has one key,
	 * whatever the text is; a limit without key sources counts by the text.
	 * @param text the text, not empty
	 * @return the key
	 * @throws IllegalArgumentException if the text is empty, or if the limit's first key
	 * is composed of several parts, which one text cannot name
	 */
	public Key key(String text) {
		if (this.keySources.isEmpty() || text.isEmpty()) {
			return Key.of(text);
		}
		KeySource first = this.keySources.get(0);
		if (first.composed()) {
			throw new IllegalArgumentException("Limit '" + name() + "' counts by " + first.expression()
					+ ", several parts that one text cannot name. Pass a new PermitRequest(limit, Key.composed(parts), permits) "
					+ "with a key for each part, such as Key.of(Key.USER_KIND, name) or Key.of(value).");
		}
		return first.kind().equals(Key.GLOBAL_KIND) ? Key.GLOBAL : key(first.kind(), text);
	}

	private Key key(String kind, String text) {
		return Key.of(kind, kind.equals(Key.ADDRESS_KIND) ? this.addressForm.apply(text) : text);
	}

	/**
	 * Returns the keys that a text passed through the endpoint can mean. The kind of the
	 * text is unknown, so the result has a key of every kind that the limit's keys can
	 * have, and of those of a method's own key and of {@code on-missing-key: ip}.
	 * @param text the text of a key, or {@code global}
	 * @return the keys without repetition, the likeliest first, empty for an empty text
	 */
	public List<Key> candidates(String text) {
		if (text.isEmpty()) {
			return List.of();
		}
		Set<Key> candidates = new LinkedHashSet<>();
		if (text.equals(Key.GLOBAL_KIND)) {
			candidates.add(Key.GLOBAL);
		}
		for (KeySource source : this.keySources) {
			for (String kind : source.kinds()) {
				if (!kind.equals(Key.GLOBAL_KIND)) {
					candidates.add(key(kind, text));
					candidates.add(Key.of(kind, text));
				}
			}
		}
		candidates.add(Key.of(Key.VALUE_KIND, text));
		candidates.add(Key.of(Key.USER_KIND, text));
		candidates.add(key(Key.ADDRESS_KIND, text));
		candidates.add(Key.of(Key.ADDRESS_KIND, text));
		return List.copyOf(candidates);
	}

	/**
	 * Returns the counters of the limit's decisions.
	 * @return live figures
	 */
	public LimitStatistics statistics() {
		return this.statistics;
	}

	/**
	 * Adds a rule or a method that this limit is bound to.
	 * @param what the rule or the method as it is shown in the log and the endpoint, for
	 * example {@code POST /v1/**}
	 */
	public void bindTo(String what) {
		this.boundTo.add(what);
	}

	/**
	 * Returns what this limit is bound to.
	 * @return rules and methods, in alphabetical order
	 */
	public List<String> boundTo() {
		return List.copyOf(this.boundTo);
	}

	/** Settings and their handles. A form that stays the same keeps its handle. */
	private record InForce(LimitSettings configured, SettingChanges changes, LimitSettings settings, LimitHandle handle,
			Map<String, LimitHandle> plans, @Nullable LimitHandle refusals, @Nullable LimitHandle blocks, boolean plain,
			boolean hidden) {

		static InForce of(RegisteredLimit owner, LimitSettings configured, SettingChanges changes,
				LimitSettings settings, @Nullable InForce before) {
			Map<Limit, LimitHandle> handles = new HashMap<>();
			if (before != null) {
				before.plans.values().forEach((handle) -> handles.put(handle.limit(), handle));
				handles.put(before.handle.limit(), before.handle);
			}
			Function<Limit, LimitHandle> create = (limit) -> new LimitHandle(owner, limit, LimitHandle.Purpose.CALLS);
			LimitHandle handle = handles.computeIfAbsent(settings.limit(), create);
			Map<String, LimitHandle> plans = new HashMap<>();
			settings.plans().forEach((plan, limit) -> plans.put(plan, handles.computeIfAbsent(limit, create)));
			String name = settings.limit().name();
			Penalty penalty = settings.penalty();
			LimitHandle refusals = (penalty == null) ? null
					: companion(owner, (before != null) ? before.refusals : null, BanLimits.refusals(name, penalty),
							LimitHandle.Purpose.REFUSALS);
			LimitHandle blocks = (penalty == null && !settings.blockable()) ? null
					: companion(owner, (before != null) ? before.blocks : null, BanLimits.blocks(name, penalty),
							LimitHandle.Purpose.BLOCKS);
			boolean plain = penalty == null && settings.mode() == LimitMode.ENFORCE;
			return new InForce(configured, changes, settings, handle, Map.copyOf(plans), refusals, blocks, plain,
					settings.hidden());
		}

		private static LimitHandle companion(RegisteredLimit owner, @Nullable LimitHandle before, Limit limit,
				LimitHandle.Purpose purpose) {
			return (before != null && before.limit().equals(limit)) ? before : new LimitHandle(owner, limit, purpose);
		}

	}

}
