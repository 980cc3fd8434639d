package io.github.ratelimit.web.response;

import io.github.ratelimit.Decision;
import io.github.ratelimit.LimitDecision;
import io.github.ratelimit.MissingKeyException;
import io.github.ratelimit.RateLimitExceededException;
import io.github.ratelimit.RateLimitException;
import io.github.ratelimit.provider.AnswerStyles;
import io.github.ratelimit.provider.BodyStyle;
import io.github.ratelimit.provider.HeaderStyle;
import io.github.ratelimit.provider.Refusal;
import io.github.ratelimit.provider.Refusal.Reason;
import io.github.ratelimit.provider.UnknownStyleException;
import io.github.ratelimit.web.cors.CorsHeaders;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.web.cors.CorsUtils;

/**
 * The responses to HTTP clients: the headers of every limited call, and the complete
 * response of a refused one. The filter and the exception resolver share them, so that
 * both respond alike. Thread-safe.
 */
public final class ServletAnswers {

	private static final Log logger = LogFactory.getLog(ServletAnswers.class);

	private static final String RETRY_AFTER = "Retry-After";

	/** The application's name for the request, if it sets this header. */
	private static final String REQUEST_ID = "request-id";

	private final AnswerStyles styles;

	private final HeaderStyle[] headers;

	private final BodyStyle body;

	private final CorsHeaders crossOrigin;

	private final List<String> exposedHeaders;

	private final RateLimitHeaderNames names;

	/** Whether any header style writes headers. */
	private final boolean writesHeaders;

	private final boolean providerHeaders;

	/** Whether the application's headers are sent if it has written any. */
	private final boolean keepsUpstream;

	private final Duration longestRetry;

	/**
	 * Creates the answers.
	 * @param styles the known styles
	 * @param headers names of the header styles
	 * @param body name of the body style of refusals that name no other
	 * @param crossOrigin the application's own CORS configuration
	 * @param upstream whose headers are sent if the application writes some, too
	 * @param longestRetry the longest wait after which SDKs of providers are to try again
	 * by themselves
	 * @throws UnknownStyleException if there is no style of one of the names
	 */
	public ServletAnswers(AnswerStyles styles, List<String> headers, String body, CorsHeaders crossOrigin,
			UpstreamHeadersMode upstream, Duration longestRetry) {
		this.styles = styles;
		List<HeaderStyle> headerStyles = styles.headers(headers);
		this.headers = headerStyles.toArray(HeaderStyle[]::new);
		this.body = styles.body(body);
		this.crossOrigin = crossOrigin;
		List<String> exposed = new ArrayList<>();
		headerStyles.forEach((style) -> exposed.addAll(style.headerNames()));
		this.writesHeaders = !exposed.isEmpty();
		this.names = new RateLimitHeaderNames(exposed);
		this.providerHeaders = headerStyles.stream().anyMatch((style) -> SdkRetries.areOf(style.name()));
		this.keepsUpstream = upstream == UpstreamHeadersMode.KEEP;
		this.longestRetry = longestRetry;
		exposed.addAll(List.of(RETRY_AFTER, SdkRetries.SHOULD_RETRY));
		this.exposedHeaders = List.copyOf(exposed);
	}

	/**
	 * Prepares a response before the application gets it: it will have one set of rate
	 * limit headers, and browsers may show them.
	 * @param request the request
	 * @param response its response
	 * @param first whether no limit has decided about this request yet
	 * @return the response to continue with
	 */
	public HttpServletResponse prepare(HttpServletRequest request, HttpServletResponse response, boolean first) {
		HttpServletResponse prepared = response;
		if (this.writesHeaders && UpstreamHeadersResponse.find(response) == null) {
			prepared = new UpstreamHeadersResponse(response, this.names, this.keepsUpstream, first);
		}
		return expose(request, prepared);
	}

	private static boolean isOfOtherOrigin(HttpServletRequest request) {
		return request.getHeader(HttpHeaders.ORIGIN) != null;
	}

	/**
	 * Allows scripts of other origins to read the rate limit headers, if the application
	 * allows the origin at all. Has no effect for a request without an {@code Origin}.
	 * @param request the request
	 * @param response its response
	 * @return the response to continue with
	 */
	public HttpServletResponse expose(HttpServletRequest request, HttpServletResponse response) {
		return isOfOtherOrigin(request) ? this.crossOrigin.expose(response, this.exposedHeaders) : response;
	}

	/**
	 * Returns whether CORS processing answers the request, so that no other component
	 * sees it.
	 * @param request the request
	 * @param response its response, which stays untouched
	 * @return whether it is a preflight request that is answered
	 */
	public boolean answersPreflight(HttpServletRequest request, HttpServletResponse response) {
		return CorsUtils.isPreFlightRequest(request) && this.crossOrigin.answersPreflight(request, response);
	}

	/**
	 * Writes the headers of a call. May be called again as more limits decide.
	 * @param limits the decisions of all limits of this call, the latest last
	 * @param response the response; nothing happens if it is committed
	 */
	public void writeHeaders(List<LimitDecision> limits, HttpServletResponse response) {
		if (limits.isEmpty() || this.headers.length == 0 || response.isCommitted()) {
			return;
		}
		List<LimitDecision> visible = visible(limits);
		if (visible.isEmpty()) {
			return;
		}
		UpstreamHeadersResponse oneSet = UpstreamHeadersResponse.find(response);
		HttpServletResponse target = (oneSet != null) ? oneSet.startSet(anyRefuses(limits)) : response;
		if (target != null) {
			for (HeaderStyle style : this.headers) {
				style.write(visible, target::setHeader);
			}
		}
		if (oneSet != null) {
			oneSet.endSet();
		}
	}

	/**
	 * Omits limits that are hidden, in shadow mode or without data, and reports each
	 * limit once: for one key its latest decision, for several keys the one nearest to a
	 * refusal.
	 */
	private static List<LimitDecision> visible(List<LimitDecision> limits) {
		if (limits.size() == 1) {
			return isVisible(limits.get(0)) ? limits : List.of();
		}
		List<LimitDecision> visible = new ArrayList<>(limits.size());
		for (int i = 0; i < limits.size(); i++) {
			LimitDecision limit = limits.get(i);
			if (isVisible(limit)) {
				addOrReplace(visible, limit);
			}
		}
		return visible;
	}

	private static boolean isVisible(LimitDecision limit) {
		return limit.hasFacts() && limit.isEnforced() && !limit.isHidden();
	}

	private static void addOrReplace(List<LimitDecision> limits, LimitDecision later) {
		for (int i = 0; i < limits.size(); i++) {
			LimitDecision earlier = limits.get(i);
			if (earlier.limit().name().equals(later.limit().name())) {
				if (earlier.key().equals(later.key()) || later.isNearerToRefusalThan(earlier)) {
					limits.set(i, later);
				}
				return;
			}
		}
		limits.add(later);
	}

	private static boolean anyRefuses(List<LimitDecision> limits) {
		for (int i = 0; i < limits.size(); i++) {
			if (limits.get(i).isRefused()) {
				return true;
			}
		}
		return false;
	}

	/**
	 * Answers a refused call: 429, or 413 if it costs more than the capacity of a limit,
	 * or 503 if it is refused only because limits cannot be checked.
	 * @param request the request
	 * @param response the response; nothing happens if it is committed
	 * @param decision the refusal
	 * @param limits the decisions of all limits of this call, the latest last
	 * @param bodyStyle the name of the body's style, null for the general one
	 * @throws IOException if the answer cannot be sent
	 * @throws UnknownStyleException if there is no such style
	 */
	public void refuse(HttpServletRequest request, HttpServletResponse response, Decision decision,
			List<LimitDecision> limits, @Nullable String bodyStyle) throws IOException {
		if (!response.isCommitted()) {
			refuse(request, response, Refusal.of(decision, response.getHeader(REQUEST_ID)), decision.retryAfter(),
					Stream.concat(limits.stream(), decision.limits().stream()).toList(), bodyStyle);
		}
	}

	/**
	 * Answers a call that an exception has refused: like a decision, or 403.
	 * @param request the request
	 * @param response the response; nothing happens if it is committed
	 * @param refusal a refusal that {@link WrappedRefusals} finds
	 * @param limits the decisions of all limits of this call, the latest last
	 * @param bodyStyle the name of the body's style, null for the general one
	 * @throws IOException if the answer cannot be sent
	 */
	public void refuse(HttpServletRequest request, HttpServletResponse response, RateLimitException refusal,
			List<LimitDecision> limits, @Nullable String bodyStyle) throws IOException {
		if (refusal instanceof RateLimitExceededException exceeded) {
			refuse(request, response, exceeded.decision(), limits, bodyStyle);
			return;
		}
		if (response.isCommitted()) {
			return;
		}
		logger.debug(refusal.getMessage());
		if (refusal instanceof MissingKeyException) {
			deny(request, response, bodyStyle);
		}
		else {
			refuse(request, response, WrappedRefusals.content(refusal, response.getHeader(REQUEST_ID)),
					WrappedRefusals.wait(refusal), limits, bodyStyle);
		}
	}

	private void refuse(HttpServletRequest request, HttpServletResponse response, Refusal refusal, Duration wait,
			List<LimitDecision> limits, @Nullable String bodyStyle) throws IOException {
		BodyStyle style = bodyStyle(bodyStyle);
		HttpServletResponse target = start(request, response, refusal);
		addRetryHeaders(refusal, wait, SdkRetries.areOf(style.name()), ours(target));
		writeHeaders(limits, target);
		writeBody(request, target, refusal, style);
	}

	/** Returns the status of an answer that could not be written. */
	public static int status(Decision refused) {
		return Refusal.of(refused, null).status();
	}

	/**
	 * Returns the target for the headers of a refusal, without those of the application.
	 */
	private HttpServletResponse ours(HttpServletResponse response) {
		UpstreamHeadersResponse oneSet = UpstreamHeadersResponse.find(response);
		if (oneSet != null) {
			return oneSet.startRefusal();
		}
		this.names.removeFrom(response);
		return response;
	}

	private void addRetryHeaders(Refusal refusal, Duration wait, boolean providerBody, HttpServletResponse response) {
		SdkRetries retries = new SdkRetries(providerBody || this.providerHeaders, this.longestRetry);
		if (retries.areUnwanted(refusal, wait)) {
			response.setHeader(SdkRetries.SHOULD_RETRY, "false");
		}
		if (refusal.reason() == Reason.TOO_LARGE) {
			return;
		}
		response.setHeader(RETRY_AFTER, Long.toString(refusal.retryAfterSeconds()));
		for (HeaderStyle style : this.headers) {
			style.writeRetryAfter(wait, response::setHeader);
		}
	}

	private BodyStyle bodyStyle(@Nullable String name) {
		return (name != null) ? this.styles.body(name) : this.body;
	}

	/** The answer does not name the limit that lacks a key. */
	private void deny(HttpServletRequest request, HttpServletResponse response, @Nullable String bodyStyle)
			throws IOException {
		Refusal refusal = Refusal.missingKey(response.getHeader(REQUEST_ID));
		HttpServletResponse target = start(request, response, refusal);
		writeBody(request, target, refusal, bodyStyle(bodyStyle));
	}

	private HttpServletResponse start(HttpServletRequest request, HttpServletResponse response, Refusal refusal) {
		response.resetBuffer();
		HttpServletResponse target = expose(request, response);
		if (isOfOtherOrigin(request)) {
			this.crossOrigin.allow(request, target);
		}
		target.setStatus(refusal.status());
		target.setHeader("Cache-Control", "no-store");
		return target;
	}

	private void writeBody(HttpServletRequest request, HttpServletResponse response, Refusal refusal, BodyStyle style)
			throws IOException {
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
			// a handler that fails late may have opened the writer, with its own encoding
			response.setHeader("Content-Length", null);
			response.getWriter().write(text);
			return;
		}
		stream.write(bytes);
	}

}
