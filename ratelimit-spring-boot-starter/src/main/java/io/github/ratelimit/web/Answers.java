package io.github.ratelimit.web;

import io.github.ratelimit.Decision;
import io.github.ratelimit.Limit;
import io.github.ratelimit.LimitDecision;
import io.github.ratelimit.MissingKeyException;
import io.github.ratelimit.web.Refusal.Reason;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * What HTTP callers are told: the headers of every limited call, and the whole answer of
 * a refused one. Filter and exception resolver share it, so that both answer alike.
 * Thread-safe.
 */
public final class Answers {

	private static final Log logger = LogFactory.getLog(Answers.class);

	private static final String RETRY_AFTER = "Retry-After";

	/** What the application calls this request, where it says so in this header. */
	private static final String REQUEST_ID = "request-id";

	private static final String SHOULD_RETRY = "x-should-retry";

	private final AnswerStyles styles;

	private final HeaderStyle[] headers;

	private final BodyStyle body;

	private final Set<String> hiddenLimits;

	private final CrossOrigin crossOrigin;

	private final List<String> exposedHeaders;

	/**
	 * Creates the answers.
	 * @param styles the known styles
	 * @param headers names of the header styles
	 * @param body name of the body style of refusals that ask for no other
	 * @param hiddenLimits names of the limits of which headers and bodies say nothing
	 * @param crossOrigin the application's own CORS configuration
	 * @throws UnknownStyleException if there is no style of one of the names
	 */
	public Answers(AnswerStyles styles, List<String> headers, String body, Set<String> hiddenLimits,
			CrossOrigin crossOrigin) {
		this.styles = styles;
		List<HeaderStyle> headerStyles = styles.headers(headers);
		this.headers = headerStyles.toArray(HeaderStyle[]::new);
		this.body = styles.body(body);
		this.hiddenLimits = Set.copyOf(hiddenLimits);
		this.crossOrigin = crossOrigin;
		List<String> exposed = new ArrayList<>();
		headerStyles.forEach((style) -> exposed.addAll(style.headerNames()));
		exposed.add(RETRY_AFTER);
		this.exposedHeaders = List.copyOf(exposed);
	}

	/**
	 * Lets browsers show the headers of limits to scripts of other origins, wherever the
	 * application allows the origin at all. For a request without an {@code Origin} it
	 * does nothing.
	 * @param request the request
	 * @param response its response
	 * @return the response to go on with
	 */
	public HttpServletResponse expose(HttpServletRequest request, HttpServletResponse response) {
		return this.crossOrigin.expose(request, response, this.exposedHeaders);
	}

	/**
	 * Writes the headers of a call. May be called again as more limits decide.
	 * @param limits what all limits say that were asked for this call, the latest last
	 * @param response the response; nothing happens if it is committed
	 */
	public void tell(List<LimitDecision> limits, HttpServletResponse response) {
		if (limits.isEmpty() || this.headers.length == 0 || response.isCommitted()) {
			return;
		}
		List<LimitDecision> visible = visible(limits);
		if (visible.isEmpty()) {
			return;
		}
		for (HeaderStyle style : this.headers) {
			style.write(visible, response);
		}
	}

	/**
	 * Answers a refused call: 429, or 413 if it costs more than a limit can ever hold, or
	 * 503 if it is refused only because limits cannot be checked.
	 * @param request the request
	 * @param response the response; nothing happens if it is committed
	 * @param decision the refusal
	 * @param limits what all limits say that were asked for this call, the latest last
	 * @param bodyStyle the name of the body's style, null for the general one
	 * @throws IOException if the answer cannot be sent
	 * @throws UnknownStyleException if there is no such style
	 */
	public void refuse(HttpServletRequest request, HttpServletResponse response, Decision decision,
			List<LimitDecision> limits, @Nullable String bodyStyle) throws IOException {
		if (response.isCommitted()) {
			return;
		}
		Refusal refusal = refusal(decision, response.getHeader(REQUEST_ID));
		HttpServletResponse target = start(request, response, refusal);
		if (refusal.reason() == Reason.TOO_LARGE) {
			target.setHeader(SHOULD_RETRY, "false");
		}
		else {
			target.setHeader(RETRY_AFTER, Long.toString(refusal.retryAfterSeconds()));
			for (HeaderStyle style : this.headers) {
				style.writeRetryAfter(decision.retryAfter(), target);
			}
		}
		tell(joined(limits, decision.limits()), target);
		writeBody(request, target, refusal, bodyStyle);
	}

	/**
	 * Answers a call that has no key to be counted by: 403.
	 * @param request the request
	 * @param response the response; nothing happens if it is committed
	 * @param missing which limit lacks a key; the answer does not name it
	 * @param bodyStyle the name of the body's style, null for the general one
	 * @throws IOException if the answer cannot be sent
	 * @throws UnknownStyleException if there is no such style
	 */
	public void deny(HttpServletRequest request, HttpServletResponse response, MissingKeyException missing,
			@Nullable String bodyStyle) throws IOException {
		if (response.isCommitted()) {
			return;
		}
		if (logger.isDebugEnabled()) {
			logger.debug(missing.getMessage());
		}
		Refusal refusal = new Refusal(Reason.MISSING_KEY,
				"The request carries nothing that it could be counted by, such as an API key.", List.of(), 0,
				response.getHeader(REQUEST_ID));
		HttpServletResponse target = start(request, response, refusal);
		writeBody(request, target, refusal, bodyStyle);
	}

	private Refusal refusal(Decision decision, @Nullable String requestId) {
		List<LimitDecision> violated = new ArrayList<>();
		boolean tooLarge = false;
		boolean banned = false;
		for (LimitDecision limit : decision.violated()) {
			tooLarge |= limit.neverPayable();
			banned |= limit.isBanned();
			if (!isHidden(limit)) {
				violated.add(limit);
			}
		}
		if (tooLarge) {
			violated.removeIf((limit) -> !limit.neverPayable());
			return new Refusal(Reason.TOO_LARGE, RefusalMessages.tooLarge(violated), violated, 0, requestId);
		}
		long seconds = Math.max(1, Seconds.roundUp(decision.retryAfter()));
		if (banned) {
			violated.removeIf((limit) -> !limit.isBanned());
			return new Refusal(Reason.BANNED, RefusalMessages.banned(violated, seconds), violated, seconds, requestId);
		}
		if (decision.unavailable()) {
			return new Refusal(Reason.UNAVAILABLE, RefusalMessages.unavailable(violated, seconds), violated, seconds,
					requestId);
		}
		violated.removeIf(LimitDecision::unavailable);
		return new Refusal(Reason.LIMIT_EXCEEDED, RefusalMessages.exceeded(violated, seconds), violated, seconds,
				requestId);
	}

	private HttpServletResponse start(HttpServletRequest request, HttpServletResponse response, Refusal refusal) {
		response.resetBuffer();
		HttpServletResponse target = expose(request, response);
		this.crossOrigin.allow(request, target);
		target.setStatus(refusal.status());
		target.setHeader("Cache-Control", "no-store");
		return target;
	}

	private void writeBody(HttpServletRequest request, HttpServletResponse response, Refusal refusal,
			@Nullable String bodyStyle) throws IOException {
		BodyStyle style = (bodyStyle != null) ? this.styles.body(bodyStyle) : this.body;
		BodyStyle.Body content = style.body(refusal);
		if (content == null) {
			response.setContentLength(0);
			return;
		}
		byte[] bytes = content.text().getBytes(StandardCharsets.UTF_8);
		response.setContentType(content.contentType());
		response.setContentLength(bytes.length);
		if (!request.getMethod().equals("HEAD")) {
			send(response, content.text(), bytes);
		}
	}

	private static void send(HttpServletResponse response, String text, byte[] bytes) throws IOException {
		ServletOutputStream stream;
		try {
			stream = response.getOutputStream();
		}
		catch (IllegalStateException ex) {
			sendThroughWriter(response, text);
			return;
		}
		stream.write(bytes);
	}

	/** A handler that failed late has taken the writer, with an encoding of its own. */
	private static void sendThroughWriter(HttpServletResponse response, String text) throws IOException {
		response.setHeader("Content-Length", null);
		response.getWriter().write(text);
	}

	private static List<LimitDecision> joined(List<LimitDecision> first, List<LimitDecision> second) {
		List<LimitDecision> all = new ArrayList<>(first);
		all.addAll(second);
		return all;
	}

	/**
	 * Leaves out what is hidden, only tried out or has no facts, and speaks once of each
	 * limit: of one key its latest decision, of several keys the one nearest to refusal.
	 */
	private List<LimitDecision> visible(List<LimitDecision> limits) {
		if (limits.size() == 1) {
			return isTold(limits.get(0)) ? limits : List.of();
		}
		List<LimitDecision> visible = new ArrayList<>(limits.size());
		for (int i = 0; i < limits.size(); i++) {
			LimitDecision limit = limits.get(i);
			if (isTold(limit)) {
				addOrReplace(visible, limit);
			}
		}
		return visible;
	}

	private boolean isTold(LimitDecision limit) {
		return limit.hasFacts() && limit.charge().enforced() && !isHidden(limit);
	}

	private static void addOrReplace(List<LimitDecision> limits, LimitDecision later) {
		for (int i = 0; i < limits.size(); i++) {
			LimitDecision earlier = limits.get(i);
			if (sameName(earlier.limit(), later.limit())) {
				if (earlier.key().equals(later.key()) || later.isNearerToRefusalThan(earlier)) {
					limits.set(i, later);
				}
				return;
			}
		}
		limits.add(later);
	}

	private static boolean sameName(Limit one, Limit other) {
		return one == other || one.name().equals(other.name());
	}

	private boolean isHidden(LimitDecision limit) {
		return !this.hiddenLimits.isEmpty() && this.hiddenLimits.contains(limit.limit().name());
	}

}
