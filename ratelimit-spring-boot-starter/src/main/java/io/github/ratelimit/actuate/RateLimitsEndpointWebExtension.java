package io.github.ratelimit.actuate;

import io.github.ratelimit.StoreUnavailableException;
import io.github.ratelimit.UnknownLimitException;
import io.github.ratelimit.actuate.RequestBodyAdvisor.RequestBody;
import java.security.Principal;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.aot.hint.annotation.RegisterReflectionForBinding;
import org.springframework.boot.actuate.endpoint.InvalidEndpointRequestException;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;
import org.springframework.boot.actuate.endpoint.SecurityContext;
import org.springframework.boot.actuate.endpoint.Show;
import org.springframework.boot.actuate.endpoint.annotation.DeleteOperation;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
import org.springframework.boot.actuate.endpoint.web.annotation.EndpointWebExtension;
import org.springframework.util.MimeType;

/**
 * {@link EndpointWebExtension @EndpointWebExtension} that answers 404, 400 and 503 with
 * the reason in the body, as problem details (RFC 9457).
 */
@EndpointWebExtension(endpoint = RateLimitsEndpoint.class)
@RegisterReflectionForBinding(RateLimitsEndpointWebExtension.Problem.class)
public class RateLimitsEndpointWebExtension {

	private static final MimeType PROBLEM_JSON = new MimeType("application", "problem+json");

	private static final String BAN = "ban";

	private final RateLimitsEndpoint delegate;

	private final Show showValues;

	private final Set<String> roles;

	/**
	 * Creates the extension.
	 * @param delegate the endpoint
	 * @param showValues to whom addresses and names of users are shown
	 * @param roles who is authorized; empty for every user who is authenticated
	 */
	public RateLimitsEndpointWebExtension(RateLimitsEndpoint delegate, Show showValues, Set<String> roles) {
		this.delegate = delegate;
		this.showValues = showValues;
		this.roles = Set.copyOf(roles);
	}

	/**
	 * Shows all limits.
	 * @param user who asks
	 * @param history whether to show the counts of the last minutes as well; null for no
	 * @return 200 with the state of the limiter and its limits by name, 400 if
	 * {@code history} is neither true nor false
	 */
	@ReadOperation
	public WebEndpointResponse<OperationResponseBody> rateLimits(SecurityContext user, @Nullable String history) {
		return respond(() -> ok(this.delegate.rateLimits(parseHistory(history), mayRead(user))));
	}

	/**
	 * Shows one limit and a page of its keys.
	 * @param user who asks
	 * @param limit the limit's name
	 * @param after the {@code next} of the page before; null for the first page
	 * @param size how many keys at most, from 1 to 1000; null for 50
	 * @param search the id or the text of a key, to show just the keys that have it; null
	 * for all
	 * @return 200 with the limit, 404 if there is no such limit, 400 if {@code after} or
	 * {@code size} is out of range, 503 if the store does not answer
	 */
	@ReadOperation
	public WebEndpointResponse<OperationResponseBody> limit(SecurityContext user, @Selector String limit,
			@Nullable String after, @Nullable String size, @Nullable String search) {
		return respond(() -> ok(this.delegate.limit(limit, after, parse(size), search, mayRead(user))));
	}

	/**
	 * Shows one key of a limit.
	 * @param user who asks
	 * @param limit the limit's name
	 * @param key the key's id, or its text
	 * @return 200 with the key, 404 if there is no such limit or it has not seen the key,
	 * 400 if several keys have that text, 503 if the store does not answer
	 */
	@ReadOperation
	public WebEndpointResponse<OperationResponseBody> key(SecurityContext user, @Selector String limit,
			@Selector String key) {
		return respond(() -> {
			KeyDescriptor found = this.delegate.key(limit, key, mayRead(user));
			return (found != null) ? ok(found) : unseen(limit);
		});
	}

	/**
	 * Resets one key of a limit.
	 * @param security the caller
	 * @param limit the limit's name
	 * @param key the key's id, or its text
	 * @return 204 if it was reset, 404 if there is no such limit or it has no such key,
	 * 400 if several keys have that text, 503 if the store does not answer
	 */
	@DeleteOperation
	public WebEndpointResponse<OperationResponseBody> reset(SecurityContext security, @Selector String limit,
			@Selector String key) {
		return respond(() -> operations().reset(limit, key, name(security)) ? noContent() : unseen(limit));
	}

	/**
	 * Resets all keys of a limit.
	 * @param security who asks
	 * @param limit the limit's name
	 * @return 204, 404 if there is no such limit, 503 if the store does not answer
	 */
	@DeleteOperation
	public WebEndpointResponse<OperationResponseBody> resetAll(SecurityContext security, @Selector String limit) {
		return respond(() -> {
			operations().resetAll(limit, name(security));
			return noContent();
		});
	}

	/**
	 * Changes settings of all limits.
	 * @param security who asks
	 * @param body {@code enabled} and {@code mode}, null to withdraw a change
	 * @return 204, 400 if there is nothing to change or a value cannot be, 503 if other
	 * instances cannot be reached
	 */
	@WriteOperation
	public WebEndpointResponse<OperationResponseBody> changeAll(SecurityContext security, @Nullable RequestBody body) {
		return change(() -> {
			operations().changeAll(values(body), name(security));
			return noContent();
		});
	}

	/**
	 * Changes settings of one limit.
	 * @param security who asks
	 * @param limit the limit's name
	 * @param body settings by the names of their properties, null to withdraw a change
	 * @return 204, 404 if there is no such limit, 400 if there is nothing to change or a
	 * value cannot be, 503 if other instances cannot be reached
	 */
	@WriteOperation
	public WebEndpointResponse<OperationResponseBody> change(SecurityContext security, @Selector String limit,
			@Nullable RequestBody body) {
		return change(() -> {
			operations().change(limit, values(body), name(security));
			return noContent();
		});
	}

	/**
	 * Bans a key, or ends its ban.
	 * @param security who asks
	 * @param limit the limit's name
	 * @param key the key's id, or its text
	 * @param body {@code ban}: for how long, null to end the ban
	 * @return 204, 404 if there is no such limit or it has not seen the key, 400 if
	 * several keys have that text or the key cannot be banned, 503 if the store does not
	 * answer or has no room
	 */
	@WriteOperation
	public WebEndpointResponse<OperationResponseBody> ban(SecurityContext security, @Selector String limit,
			@Selector String key, @Nullable RequestBody body) {
		return change(() -> {
			if (!values(body).containsKey(BAN)) {
				throw RateLimitsEndpoint.invalid(
						"There is nothing known in the request. Write {\"ban\": \"1h\"}, or {\"ban\": null} to end "
								+ "the ban.");
			}
			String ban = values(body).get(BAN);
			boolean known = (ban != null) ? operations().ban(limit, key, ban, name(security))
					: operations().unban(limit, key, name(security));
			return known ? noContent() : unseen(limit);
		});
	}

	private KeyOperations operations() {
		return this.delegate.operations();
	}

	private static Map<String, @Nullable String> values(@Nullable RequestBody body) {
		if (body == null) {
			return new LinkedHashMap<>();
		}
		return body.values();
	}

	private static @Nullable String name(SecurityContext security) {
		Principal principal = security.getPrincipal();
		return (principal != null) ? principal.getName() : null;
	}

	private static WebEndpointResponse<OperationResponseBody> noContent() {
		return new WebEndpointResponse<>(WebEndpointResponse.STATUS_NO_CONTENT);
	}

	private boolean mayRead(SecurityContext user) {
		return this.showValues.isShown(user, this.roles);
	}

	/** In all the words that Spring Boot takes for true and false. */
	private static boolean parseHistory(@Nullable String history) {
		return switch ((history != null) ? history.strip().toLowerCase(Locale.ROOT) : "") {
			case "true", "on", "yes", "1" -> true;
			case "", "false", "off", "no", "0" -> false;
			default ->
				throw RateLimitsEndpoint.invalid("history is '" + history + "'. Write true or false, or leave it out.");
		};
	}

	private static @Nullable Integer parse(@Nullable String size) {
		if (size == null) {
			return null;
		}
		try {
			return Integer.valueOf(size);
		}
		catch (NumberFormatException ex) {
			throw RateLimitsEndpoint.invalidSize(size);
		}
	}

	private WebEndpointResponse<OperationResponseBody> change(
			Supplier<WebEndpointResponse<OperationResponseBody>> operation) {
		return respond(() -> {
			try {
				return operation.get();
			}
			catch (StoreUnavailableException ex) {
				return problem("Service Unavailable", WebEndpointResponse.STATUS_SERVICE_UNAVAILABLE,
						(isTimeout(ex) ? "It is not known whether this was changed, so look again: "
								: "Nothing was changed: ") + ex.getMessage());
			}
		});
	}

	/**
	 * What was sent may still be executed. Clients have exceptions of their own for it.
	 */
	private static boolean isTimeout(Throwable failure) {
		for (Throwable part = failure; part != null; part = part.getCause()) {
			if (part.getClass().getSimpleName().contains("Timeout")) {
				return true;
			}
		}
		return false;
	}

	private WebEndpointResponse<OperationResponseBody> respond(
			Supplier<WebEndpointResponse<OperationResponseBody>> operation) {
		try {
			return operation.get();
		}
		catch (UnknownLimitException ex) {
			return notFound(this.delegate.unknown(ex));
		}
		catch (InvalidEndpointRequestException ex) {
			return problem("Bad Request", WebEndpointResponse.STATUS_BAD_REQUEST, ex.getReason());
		}
		catch (StoreUnavailableException ex) {
			return problem("Service Unavailable", WebEndpointResponse.STATUS_SERVICE_UNAVAILABLE,
					"Keys can be neither shown nor reset while their store does not answer: " + ex.getMessage());
		}
	}

	private static WebEndpointResponse<OperationResponseBody> ok(OperationResponseBody body) {
		return new WebEndpointResponse<>(body);
	}

	private static WebEndpointResponse<OperationResponseBody> unseen(String limit) {
		// omits the key, which may be a secret
		return notFound(
				"Limit '" + limit + "' knows no key of this id or text. Either it has made no call, or its state"
						+ " has gone because all permits were back.");
	}

	private static WebEndpointResponse<OperationResponseBody> notFound(@Nullable String detail) {
		return problem("Not Found", WebEndpointResponse.STATUS_NOT_FOUND, detail);
	}

	private static WebEndpointResponse<OperationResponseBody> problem(String title, int status,
			@Nullable String detail) {
		return new WebEndpointResponse<>(new Problem(title, status, detail), status, PROBLEM_JSON);
	}

	/**
	 * Why a request was not answered.
	 *
	 * @param title the status in words
	 * @param status the HTTP status
	 * @param detail the mistake and the correction
	 */
	record Problem(String title, int status, @Nullable String detail) implements OperationResponseBody {
	}

}
