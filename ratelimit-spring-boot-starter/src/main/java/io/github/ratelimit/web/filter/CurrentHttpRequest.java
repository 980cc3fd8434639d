package io.github.ratelimit.web.filter;

import io.github.ratelimit.expression.RequestFacts;
import io.github.ratelimit.limiter.LimiterFailures;
import io.github.ratelimit.web.path.Rules;
import io.github.ratelimit.web.request.ClientAddresses;
import io.github.ratelimit.web.request.Identity;
import io.github.ratelimit.web.request.ServletRequestFacts;
import io.github.ratelimit.web.response.ServletAnswers;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;
import org.springframework.web.context.request.RequestAttributes;
import org.springframework.web.context.request.RequestContextHolder;
import org.springframework.web.context.request.ServletRequestAttributes;

/**
 * Creates the scope of each request and finds that of the current one: the scope that the
 * filter has bound to the thread, otherwise that of Spring's current request, which is
 * also available on threads that run a {@code Callable} for Spring MVC, and for requests
 * without a filter. Thread-safe.
 */
public final class CurrentHttpRequest {

	private final ThreadLocal<@Nullable HttpLimitedRequest> bound = new ThreadLocal<>();

	private final Rules rules;

	private final ServletAnswers answers;

	private final Identity identity;

	private final LimiterFailures limiterFailures;

	private final ClientAddresses addresses;

	/**
	 * Creates it.
	 * @param rules the rules, for the style of a refusal's body
	 * @param answers writes headers and refusals
	 * @param identity the authenticated caller
	 * @param limiterFailures where failures to write headers are reported
	 * @param addresses the addresses that clients are counted by
	 */
	public CurrentHttpRequest(Rules rules, ServletAnswers answers, Identity identity, LimiterFailures limiterFailures,
			ClientAddresses addresses) {
		this.rules = rules;
		this.answers = answers;
		this.identity = identity;
		this.limiterFailures = limiterFailures;
		this.addresses = addresses;
	}

	/**
	 * Returns the source of the facts of the current request.
	 * @return the port that {@code @RateLimited} uses
	 */
	public RequestFacts.Current facts() {
		return () -> {
			HttpLimitedRequest scope = get();
			return (scope != null) ? scope.facts() : null;
		};
	}

	/**
	 * Returns the scope of the current request.
	 * @return the scope, null if no request is bound to this thread
	 */
	public @Nullable HttpLimitedRequest get() {
		HttpLimitedRequest scope = this.bound.get();
		if (scope != null) {
			return scope;
		}
		RequestAttributes attributes = RequestContextHolder.getRequestAttributes();
		return (attributes instanceof ServletRequestAttributes servlet) ? ofSpringsRequest(servlet) : null;
	}

	/** A completed request that a thread has inherited is not the current one. */
	private @Nullable HttpLimitedRequest ofSpringsRequest(ServletRequestAttributes attributes) {
		try {
			HttpServletRequest request = attributes.getRequest();
			HttpLimitedRequest scope = HttpLimitedRequest.of(request);
			return (scope != null) ? scope : create(request, attributes.getResponse());
		}
		catch (IllegalStateException ex) {
			return null;
		}
	}

	HttpLimitedRequest create(HttpServletRequest request, @Nullable HttpServletResponse response) {
		return new HttpLimitedRequest(request, response,
				new ServletRequestFacts(request, this.identity, this.addresses), this.rules, this.answers,
				this.limiterFailures);
	}

	/** Binds a scope to the thread and returns the one to restore afterwards. */
	@Nullable HttpLimitedRequest bind(@Nullable HttpLimitedRequest scope) {
		HttpLimitedRequest previous = this.bound.get();
		if (scope == null) {
			this.bound.remove();
		}
		else {
			this.bound.set(scope);
		}
		return previous;
	}

	/**
	 * Returns whether the current thread is one of the web server that serves a request.
	 * What runs elsewhere for a request, such as a {@code Callable} of Spring MVC, serves
	 * none.
	 * @return false for threads that the web server does not miss
	 */
	public boolean isServing() {
		return this.bound.get() != null;
	}

}
