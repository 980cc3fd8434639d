package io.github.ratelimit.actuate;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.github.ratelimit.Key;
import io.github.ratelimit.StoreUnavailableException;
import io.github.ratelimit.UnknownLimitException;
import io.github.ratelimit.actuate.LimitDescriptor.ChangedDescriptor;
import io.github.ratelimit.client.ClientLimiter;
import io.github.ratelimit.client.ClientLimiters;
import io.github.ratelimit.registry.KillSwitch;
import io.github.ratelimit.registry.LimitChanges;
import io.github.ratelimit.registry.LimitRegistry;
import io.github.ratelimit.registry.RegisteredLimit;
import io.github.ratelimit.store.KeyPage;
import io.github.ratelimit.store.LimitStore;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.Access;
import org.springframework.boot.actuate.endpoint.InvalidEndpointRequestException;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;
import org.springframework.boot.actuate.endpoint.Show;
import org.springframework.boot.actuate.endpoint.annotation.DeleteOperation;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;

/**
 * {@link Endpoint @Endpoint} that shows the limits of the application, what they are
 * bound to and the keys that they count. Keys are masked, unless addresses and names of
 * users are to be shown; a key is named by its {@link Key#id() id}.
 */
@Endpoint(id = "ratelimits", defaultAccess = Access.READ_ONLY)
public class RateLimitsEndpoint {

	private static final int DEFAULT_PAGE_SIZE = 50;

	private static final int MAX_PAGE_SIZE = 1000;

	private final LimitRegistry registry;

	private final LimitStore store;

	private final KillSwitch killSwitch;

	private final LimitChanges changes;

	private final KeyOperations operations;

	private final @Nullable ClientLimiters clients;

	private final RecentCounts recent;

	private final boolean plain;

	/**
	 * Creates the endpoint. From then on the limits find out which keys call and are
	 * refused most.
	 * @param registry the limits to show
	 * @param store where their permits are kept
	 * @param killSwitch whether limits are enforced
	 * @param clients calls to limited APIs, null if there are none
	 * @param changes changes settings
	 * @param recent the counts of the last minutes
	 * @param showValues whether addresses and names of users are shown; without a request
	 * that has a user only {@link Show#ALWAYS} shows them
	 */
	public RateLimitsEndpoint(LimitRegistry registry, LimitStore store, KillSwitch killSwitch,
			@Nullable ClientLimiters clients, LimitChanges changes, RecentCounts recent, Show showValues) {
		registry.watchKeys();
		this.recent = recent;
		this.plain = (showValues == Show.ALWAYS);
		this.registry = registry;
		this.store = store;
		this.killSwitch = killSwitch;
		this.clients = clients;
		this.changes = changes;
		this.operations = new KeyOperations(registry, store, changes);
	}

	/**
	 * Shows all limits.
	 * @param history whether to show the counts of the last minutes as well; null for no
	 * @return the state of the limiter, its limits by name
	 */
	@ReadOperation
	public RateLimitsDescriptor rateLimits(@Nullable Boolean history) {
		return rateLimits(history, this.plain);
	}

	RateLimitsDescriptor rateLimits(@Nullable Boolean history, boolean plain) {
		Map<String, LimitDescriptor> limits = new LinkedHashMap<>();
		for (RegisteredLimit registered : this.registry.all()) {
			limits.put(registered.name(), LimitDescriptor.of(registered, this.store, plain));
		}
		return new RateLimitsDescriptor(this.killSwitch.isEnabled(), this.killSwitch.mode().toString(),
				new StoreDescriptor(this.store.type(), this.store.status(), this.store.instances()), limits, clients(),
				ChangedDescriptor.of(this.changes.differences()),
				Boolean.TRUE.equals(history) ? this.recent.history() : null);
	}

	private Map<String, ClientDescriptor> clients() {
		Map<String, ClientDescriptor> descriptors = new LinkedHashMap<>();
		if (this.clients != null) {
			this.clients.all().forEach((client) -> descriptors.put(client.name(), ClientDescriptor.of(client)));
		}
		return descriptors;
	}

	/** Returns a client, which has no page of keys; null if there is none of the name. */
	private @Nullable ClientDescriptor client(String name) {
		ClientLimiter client = (this.clients != null) ? this.clients.find(name) : null;
		return (client != null) ? ClientDescriptor.of(client) : null;
	}

	/** Returns the reason why a name is not that of a limit. */
	String unknown(UnknownLimitException failure) {
		return (client(failure.name()) == null) ? String.valueOf(failure.getMessage())
				: "'" + failure.name() + "' is a client of ratelimit.clients. It can be read, but neither it nor its "
						+ "keys can be changed here. Change its configuration, and restart the application.";
	}

	/**
	 * Changes settings of all limits, until they are withdrawn.
	 * @param enabled {@code true} or {@code false}, null to leave it as it is
	 * @param mode {@code enforce} or {@code shadow}, null to leave it as it is
	 * @return what differs from the configuration, by the names of the settings. With
	 * void, Spring Boot would keep this operation beside that of the web extension
	 * @throws InvalidEndpointRequestException if there is nothing to change, or a value
	 * cannot be
	 * @throws StoreUnavailableException if other instances cannot be reached
	 */
	@WriteOperation
	public Map<String, ChangedDescriptor> changeAll(@Nullable String enabled, @Nullable String mode) {
		this.operations.changeAll(given("enabled", enabled, "mode", mode), null);
		return ChangedDescriptor.of(this.changes.differences());
	}

	/**
	 * Changes settings of one limit, until they are withdrawn. Null leaves a setting as
	 * it is.
	 * @param limit the limit's name
	 * @param rate one rate or several, for example {@code 5/s, 60/min}
	 * @param burst how many permits can be saved up, of a limit with one rate
	 * @param maxConcurrent how many calls may be in flight at once
	 * @param mode {@code enforce} or {@code shadow}
	 * @param banAfter after how many refusals a key is banned, or {@code none}
	 * @return what differs from the configuration, by the names of the settings
	 * @throws UnknownLimitException if there is no such limit
	 * @throws InvalidEndpointRequestException if there is nothing to change, or a value
	 * cannot be
	 * @throws StoreUnavailableException if other instances cannot be reached
	 */
	@WriteOperation
	public Map<String, ChangedDescriptor> change(@Selector String limit, @Nullable String rate, @Nullable String burst,
			@Nullable String maxConcurrent, @Nullable String mode, @Nullable String banAfter) {
		this.operations.change(limit, given("rate", rate, "burst", burst, "max-concurrent", maxConcurrent, "mode", mode,
				"ban-after", banAfter), null);
		return ChangedDescriptor.of(this.registry.get(limit).differences());
	}

	/** Returns names and values, without the values that are null. */
	private static Map<String, @Nullable String> given(@Nullable String... namesAndValues) {
		Map<String, @Nullable String> given = new LinkedHashMap<>();
		for (int i = 0; i < namesAndValues.length; i += 2) {
			if (namesAndValues[i + 1] != null) {
				given.put(String.valueOf(namesAndValues[i]), namesAndValues[i + 1]);
			}
		}
		return given;
	}

	/**
	 * Bans a key, or ends its ban.
	 * @param limit the limit's name
	 * @param key the key's id, or its text
	 * @param ban for how long, for example {@code 1h}; null to end the ban
	 * @return {@code known}: whether the limit knows the key. JMX supports no other
	 * values than maps, lists and texts
	 * @throws UnknownLimitException if there is no such limit
	 * @throws InvalidEndpointRequestException if several keys have that text, or a value
	 * cannot be
	 * @throws StoreUnavailableException if the store does not answer
	 */
	@WriteOperation
	public Map<String, Boolean> ban(@Selector String limit, @Selector String key, @Nullable String ban) {
		return Map.of("known",
				(ban != null) ? this.operations.ban(limit, key, ban, null) : this.operations.unban(limit, key, null));
	}

	/** Returns the operations that change something, for callers that are known. */
	KeyOperations operations() {
		return this.operations;
	}

	/**
	 * Shows one limit and a page of its keys.
	 * @param limit the limit's name
	 * @param after the {@code next} of the page before; null for the first page
	 * @param size how many keys at most, from 1 to 1000; null for 50
	 * @param search the id or the text of a key, to show just the keys that have it; null
	 * for all
	 * @return the limit and the page, or the client of this name
	 * @throws UnknownLimitException if there is no such limit
	 * @throws InvalidEndpointRequestException if {@code after} or {@code size} is out of
	 * range
	 * @throws StoreUnavailableException if the store does not answer
	 */
	@ReadOperation
	public OperationResponseBody limit(@Selector String limit, @Nullable String after, @Nullable Integer size,
			@Nullable String search) {
		return limit(limit, after, size, search, this.plain);
	}

	OperationResponseBody limit(String limit, @Nullable String after, @Nullable Integer size, @Nullable String search,
			boolean plain) {
		ClientDescriptor client = client(limit);
		if (client != null) {
			return client;
		}
		RegisteredLimit registered = this.registry.get(limit);
		KeyPage page = (search != null) ? new KeyPage(this.operations.search(registered, search.strip()), null)
				: page(registered, after, (size != null) ? size : DEFAULT_PAGE_SIZE);
		List<KeyDescriptor> keys = page.keys().stream().map((state) -> KeyDescriptor.of(state, plain)).toList();
		return new LimitKeysDescriptor(registered.name(), LimitDescriptor.of(registered, this.store, plain), keys,
				page.next());
	}

	/**
	 * Shows one key of a limit.
	 * @param limit the limit's name
	 * @param key the key's id, or its text
	 * @return the key, null if the limit has not seen it
	 * @throws UnknownLimitException if there is no such limit
	 * @throws InvalidEndpointRequestException if several keys have that text
	 * @throws StoreUnavailableException if the store does not answer
	 */
	@ReadOperation
	public @Nullable KeyDescriptor key(@Selector String limit, @Selector String key) {
		return key(limit, key, this.plain);
	}

	@Nullable KeyDescriptor key(String limit, String key, boolean plain) {
		return this.operations.find(this.registry.get(limit), key)
			.map((state) -> KeyDescriptor.of(state, plain))
			.orElse(null);
	}

	/**
	 * Resets one key of a limit: its next call finds all permits.
	 * @param limit the limit's name
	 * @param key the key's id, or its text
	 * @return {@code known}: whether the limit knew the key
	 * @throws UnknownLimitException if there is no such limit
	 * @throws InvalidEndpointRequestException if several keys have that text
	 * @throws StoreUnavailableException if the store does not answer
	 */
	@DeleteOperation
	public Map<String, Boolean> reset(@Selector String limit, @Selector String key) {
		return Map.of("known", this.operations.reset(limit, key, null));
	}

	/**
	 * Resets all keys of a limit: their next calls find all permits.
	 * @param limit the limit's name
	 * @return {@code keys}: how many were reset
	 * @throws UnknownLimitException if there is no such limit
	 * @throws StoreUnavailableException if the store does not answer
	 */
	@DeleteOperation
	public Map<String, Long> resetAll(@Selector String limit) {
		return Map.of("keys", this.operations.resetAll(limit, null));
	}

	private KeyPage page(RegisteredLimit limit, @Nullable String after, int size) {
		if (size < 1 || size > MAX_PAGE_SIZE) {
			throw invalidSize(size);
		}
		try {
			return this.store.keys(limit.handle(), after, size);
		}
		catch (IllegalArgumentException ex) {
			throw invalid("after is '" + after + "'. Write the next of the page before, or leave it out.");
		}
	}

	static InvalidEndpointRequestException invalidSize(Object size) {
		return invalid(
				"size is '" + size + "'. Write a whole number from 1 to " + MAX_PAGE_SIZE + ", or leave it out.");
	}

	static InvalidEndpointRequestException invalid(String reason) {
		return new InvalidEndpointRequestException(reason, reason);
	}

	/**
	 * All limits.
	 *
	 * @param enabled whether limits are enforced
	 * @param mode what a refusal does
	 * @param store where permits are kept
	 * @param limits the limits by their names
	 * @param clients calls to limited APIs by the names of their clients, left out if
	 * there are none
	 * @param changed what of all this differs from the configuration, left out if nothing
	 * does
	 * @param history the counts of the last minutes, left out unless asked for
	 */
	public record RateLimitsDescriptor(boolean enabled, String mode, StoreDescriptor store,
			Map<String, LimitDescriptor> limits, @JsonInclude(Include.NON_EMPTY) Map<String, ClientDescriptor> clients,
			@JsonInclude(Include.NON_EMPTY) Map<String, ChangedDescriptor> changed,
			@JsonInclude(Include.NON_NULL) RecentCounts.@Nullable History history) implements OperationResponseBody {
	}

	/**
	 * Where permits are kept.
	 *
	 * @param type what kind of store, for example {@code memory}
	 * @param status how it does, in one word: {@code up} while it answers
	 * @param instances how many instances share it, as far as it is known, at least 1
	 */
	public record StoreDescriptor(String type, String status, int instances) {
	}

	/**
	 * One limit and a page of its keys.
	 *
	 * @param limit the limit's name
	 * @param description the limit
	 * @param keys the keys of the page
	 * @param next what to pass as {@code after} for the next page; null on the last
	 */
	public record LimitKeysDescriptor(String limit, @JsonUnwrapped LimitDescriptor description,
			List<KeyDescriptor> keys, @Nullable String next) implements OperationResponseBody {
	}

}
