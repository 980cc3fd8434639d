package io.github.ratelimit.web.response;

import io.github.ratelimit.Decision;
import io.github.ratelimit.Key;
import io.github.ratelimit.Limit;
import io.github.ratelimit.Rate;
import io.github.ratelimit.provider.Decisions;
import io.github.ratelimit.registry.Handles;
import io.github.ratelimit.store.Charge;
import io.github.ratelimit.store.ChargeDecision;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.springframework.core.Ordered;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * A filter before all others that answers like the real one and decides by a header:
 * requests marked {@value #REFUSE} are refused, all others are allowed.
 */
public class TestAnswers extends OncePerRequestFilter implements Ordered {

	public static final String REFUSE = "X-Refuse";

	private static final Limit LIMIT = Limit.of("chat", Rate.parse("10/min"));

	private final ServletAnswers answers;

	public TestAnswers(ServletAnswers answers) {
		this.answers = answers;
	}

	@Override
	public int getOrder() {
		return Ordered.HIGHEST_PRECEDENCE + 1;
	}

	@Override
	protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
			throws ServletException, IOException {
		if (request.getHeader(REFUSE) != null) {
			Decision decision = refusal();
			this.answers.refuse(request, response, decision, decision.limits(), null);
			return;
		}
		HttpServletResponse exposing = this.answers.expose(request, response);
		this.answers.writeHeaders(List.of(allowed()), exposing);
		chain.doFilter(request, exposing);
	}

	/** Returns a refusal with a wait of 6 seconds. */
	public static Decision refusal() {
		return Decisions.decision(ChargeDecision.refused(charge(), 0, Duration.ofSeconds(6).toNanos(),
				Duration.ofSeconds(60).toNanos(), null));
	}

	private static ChargeDecision allowed() {
		return ChargeDecision.granted(charge(), null, 9, Duration.ofSeconds(6).toNanos(), null);
	}

	private static Charge charge() {
		return Charge.of(Handles.of(LIMIT), Key.of("someone"), 1);
	}

}
