package io.github.ratelimit.web.filter;

import io.github.ratelimit.permit.LimitedRequest;
import io.github.ratelimit.limiter.Degradation;
import io.github.ratelimit.LimitDecision;
import io.github.ratelimit.expression.RequestFacts;
import io.github.ratelimit.web.path.Rules;
import io.github.ratelimit.web.request.ClientAddressReader;
import io.github.ratelimit.web.request.Identity;
import io.github.ratelimit.web.request.ServletRequestFacts;
import io.github.ratelimit.web.response.ServletAnswers;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.List;
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

	private final LimitedRequest.Served<HttpLimitedRequest> served;

	private final Rules rules;

	private final ServletAnswers answers;

	private final Identity identity;

	private final Degradation degradation;

	private final ClientAddressReader addresses;

	/**
	 * Creates it.
	 * @param served where the filter binds requests to threads
	 * @param rules the rules, for the style of a refusal's body
	 * @param answers writes headers and refusals
	 * @param identity the authenticated caller
	 * @param degradation where failures to write headers are reported
	 * @param ipv6Prefix bits of an IPv6 address that count, 1 to 128
	 * @throws IllegalArgumentException if the prefix is out of range
	 */
	public CurrentHttpRequest(LimitedRequest.Served<HttpLimitedRequest> served, Rules rules, ServletAnswers answers,
			Identity identity, Degradation degradation, int ipv6Prefix) {
		this.addresses = new ClientAddressReader(ipv6Prefix);
		this.served = served;
		this.rules = rules;
		this.answers = answers;
		this.identity = identity;
		this.degradation = degradation;
	}

	/**
	 * Returns the source of the decision scope of the current request.
	 * @return the port that {@code @RateLimited} uses
	 */
	public LimitedRequest.Current decisions() {
		return this::current;
	}

	/**
	 * Returns the source of the facts of the current request.
	 * @return the port that {@code @RateLimited} uses
	 */
	public RequestFacts.Current facts() {
		return () -> {
			HttpLimitedRequest scope = current();
			return (scope != null) ? scope.facts() : null;
		};
	}

	private @Nullable HttpLimitedRequest current() {
		HttpLimitedRequest scope = this.served.get();
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
		return new HttpLimitedRequest(this, request, response,
				new ServletRequestFacts(request, this.identity, this.addresses));
	}

	/** Binds a scope to the thread and returns the one to restore afterwards. */
	@Nullable HttpLimitedRequest bind(@Nullable HttpLimitedRequest scope) {
		return this.served.bind(scope);
	}

	/** Never fails, since the headers matter less than the response. */
	void writeHeaders(List<LimitDecision> limits, HttpServletResponse response) {
		try {
			if (!response.isCommitted()) {
				this.answers.writeHeaders(limits, response);
			}
		}
		catch (RuntimeException | LinkageError ex) {
			this.degradation.report(List.of(), ex);
		}
	}

	void report(Throwable failure) {
		this.degradation.report(List.of(), failure);
	}

	@Nullable String path(ServletRequestFacts facts, String limit) {
		return this.rules.pattern(facts.method(), facts.requestedPath(), limit);
	}

	@Nullable String bodyStyle(ServletRequestFacts facts) {
		return this.rules.bodyStyle(facts.method(), facts.requestedPath());
	}

}
