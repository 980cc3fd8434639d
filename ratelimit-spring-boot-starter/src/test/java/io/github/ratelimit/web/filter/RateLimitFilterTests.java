package io.github.ratelimit.web.filter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.ratelimit.Decision;
import io.github.ratelimit.Key;
import io.github.ratelimit.LimitMode;
import io.github.ratelimit.MissingKeyException;
import io.github.ratelimit.RateLimitExceededException;
import io.github.ratelimit.expression.LimitPolicy;
import io.github.ratelimit.expression.LimitPolicy.OnMissingKey;
import io.github.ratelimit.registry.Handles;
import io.github.ratelimit.registry.RegisteredLimit;
import io.github.ratelimit.store.Charge;
import io.github.ratelimit.store.ChargeDecision;
import io.github.ratelimit.web.path.Rule;
import io.github.ratelimit.web.path.RulePhase;
import io.github.ratelimit.web.path.Rules;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.UndeclaredThrowableException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.web.context.request.RequestContextHolder;

class RateLimitFilterTests {

	private final Limits limits = new Limits();

	private final LimitPolicy chat = this.limits.limit("chat", "2/min", Limits.header("X-API-Key"), Limits.ip());

	private final LimitPolicy address = this.limits.limit("address", "5/min", Limits.ip());

	private final List<HttpLimitedRequest> served = new ArrayList<>();

	private CurrentHttpRequest scopes;

	private RateLimitFilter before;

	private RateLimitFilter after;

	RateLimitFilterTests() {
		rules(rule("/v1/**", this.chat));
	}

	@BeforeEach
	void noRequestIsBound() {
		RequestContextHolder.resetRequestAttributes();
	}

	@Test
	void anAllowedRequestContinuesWithTheHeadersOfItsLimits() throws Exception {
		MockHttpServletResponse response = serve(request("/v1/chat", "alice"));
		assertThat(response.getStatus()).isEqualTo(200);
		assertThat(response.getHeader("X-RateLimit-Remaining")).isEqualTo("1");
		assertThat(this.served).hasSize(1);
	}

	@Test
	void aRefusedRequestDoesNotContinue() throws Exception {
		serve(request("/v1/chat", "alice"));
		serve(request("/v1/chat", "alice"));
		MockHttpServletResponse response = serve(request("/v1/chat", "alice"));
		assertThat(response.getStatus()).isEqualTo(429);
		assertThat(response.getHeader("Retry-After")).isEqualTo("30");
		assertThat(this.served).hasSize(2);
		assertThat(serve(request("/v1/chat", "bob")).getStatus()).isEqualTo(200);
	}

	@ParameterizedTest
	@CsvSource({ "1, alice, 429", "3, alice, 413", "1, , 403" })
	void aRefusedRequestWhoseAnswerFailsHasItsStatusAllTheSame(long cost, String key, int status) throws Exception {
		LimitPolicy tokens = this.limits.limit("tokens", "2/min", OnMissingKey.DENY, Limits.cost((facts) -> cost),
				Limits.header("X-API-Key"));
		rules(rule("/v1/**", tokens));
		serve(request("/v1/chat", "alice"));
		serve(request("/v1/chat", "alice"));
		this.served.clear();
		MockHttpServletResponse response = new MockHttpServletResponse() {

			@Override
			public void resetBuffer() {
				throw new IllegalStateException("A bug of the application's own response");
			}

		};
		this.before.doFilter(request("/v1/chat", key), response, application());
		assertThat(response.getStatus()).isEqualTo(status);
		assertThat(this.served).isEmpty();
	}

	@Test
	void aRequestThatNoRuleMatchesIsNotLimited() throws Exception {
		for (int i = 0; i < 3; i++) {
			MockHttpServletResponse response = serve(request("/other", "alice"));
			assertThat(response.getStatus()).isEqualTo(200);
			assertThat(response.getHeaderNames()).isEmpty();
		}
	}

	@Test
	void everyMatchingRuleAppliesAndALimitNamedTwiceIsChargedOnce() throws Exception {
		rules(rule("/v1/**", this.address, this.chat), rule("/v1/chat", this.chat), rule("/**", this.address));
		serve(request("/v1/chat", "alice"));
		assertThat(remaining(this.served.get(0))).containsExactly("address 4", "chat 1");
	}

	@Test
	void theLimitsOfAPhaseAreChargedAllOrNothing() throws Exception {
		rules(rule("/v1/**", this.address, this.chat));
		for (int i = 0; i < 10; i++) {
			serve(request("/v1/chat", "alice"));
		}
		serve(request("/v1/chat", "bob"));
		assertThat(remaining(this.served.get(2))).containsExactly("address 2", "chat 1");
	}

	@Test
	void aLimitThatBothPhasesNameIsChargedOnce() throws Exception {
		rules(rule(RulePhase.BEFORE_SECURITY, this.chat), rule(RulePhase.AFTER_SECURITY, this.chat, this.address));
		serve(request("/v1/chat", "alice"));
		assertThat(remaining(this.served.get(0))).containsExactly("chat 1", "address 4");
		assertThat(this.served.get(0).cover(((ChargeDecision) this.served.get(0).limits().get(0)).charge()))
			.isEqualTo(1);
	}

	@Test
	void additionalPermitsOfALaterPhaseAreCharged() throws Exception {
		int[] cost = { 1 };
		LimitPolicy tokens = this.limits.limit("tokens", "10/min", OnMissingKey.IP, Limits.cost((facts) -> cost[0]),
				Limits.ip());
		rules(rule(RulePhase.BEFORE_SECURITY, tokens), rule(RulePhase.AFTER_SECURITY, tokens));
		MockHttpServletRequest request = request("/v1/chat", "alice");
		MockHttpServletResponse response = new MockHttpServletResponse();
		this.before.doFilter(request, response, (first, second) -> {
			cost[0] = 4;
			this.after.doFilter(first, second, application());
		});
		assertThat(remaining(this.served.get(0))).containsExactly("tokens 6");
	}

	@Test
	void theFiltersChargeCoversTheFirstLaterCall() throws Exception {
		serve(request("/v1/chat", "alice"));
		HttpLimitedRequest scope = this.served.get(0);
		assertThat(scope.cover(((ChargeDecision) scope.limits().get(0)).charge())).isEqualTo(1);
		assertThat(scope.cover(((ChargeDecision) scope.limits().get(0)).charge())).isZero();
	}

	@Test
	void methodsOfARuleAreRespected() throws Exception {
		rules(Rule.of("/v1/**", List.of("GET"), List.of(this.chat), RulePhase.AUTO, null));
		MockHttpServletRequest head = request("/v1/chat", "alice");
		head.setMethod("HEAD");
		assertThat(serve(head).getHeader("X-RateLimit-Remaining")).isEqualTo("1");
		MockHttpServletRequest post = request("/v1/chat", "alice");
		post.setMethod("POST");
		assertThat(serve(post).getHeaderNames()).isEmpty();
	}

	@Test
	void aPreflightRequestWithoutCorsProcessingIsNotExempt() throws Exception {
		MockHttpServletRequest preflight = request("/v1/chat", "alice");
		preflight.setMethod("OPTIONS");
		preflight.addHeader("Origin", "https://app.example");
		preflight.addHeader("Access-Control-Request-Method", "POST");
		assertThat(serve(preflight).getHeader("X-RateLimit-Remaining")).isEqualTo("1");
	}

	@Test
	void everyRequestPassesWhenDisabled() throws Exception {
		this.limits.killSwitch.set(false, LimitMode.ENFORCE);
		MockHttpServletRequest request = request("/v1/chat", "alice");
		for (int i = 0; i < 5; i++) {
			assertThat(serve(request).getHeaderNames()).isEmpty();
		}
		assertThat(HttpLimitedRequest.of(request)).isNull();
		this.limits.killSwitch.set(true, LimitMode.ENFORCE);
		assertThat(serve(request("/v1/chat", "alice")).getHeader("X-RateLimit-Remaining")).isEqualTo("1");
	}

	@Test
	void aDeniedRequestWithoutAKeyGets403() throws Exception {
		rules(rule("/v1/**", this.address,
				this.limits.limit("keyed", "1/min", OnMissingKey.DENY, null, Limits.header("X-API-Key"))));
		MockHttpServletRequest request = request("/v1/chat", null);
		MockHttpServletResponse response = serve(request);
		assertThat(response.getStatus()).isEqualTo(403);
		assertThat(this.served).isEmpty();
		assertThat(this.limits.statistics("address").allowed()).isZero();
	}

	@Test
	void aLimitThatDoesNotApplyToTheRequestIsSkipped() throws Exception {
		rules(rule("/v1/**", this.limits.limit("keyed", "1/min", OnMissingKey.SKIP, null, Limits.header("X-API-Key"))));
		for (int i = 0; i < 3; i++) {
			assertThat(serve(request("/v1/chat", null)).getStatus()).isEqualTo(200);
		}
		assertThat(this.limits.statistics("keyed").allowed()).isZero();
	}

	@Test
	void aFailureOfTheLimiterAllowsTheRequestOnceAndCountsIt() throws Exception {
		rules(rule("/v1/**", this.limits.limit("broken", "1/min", Limits.failing())));
		for (int i = 0; i < 3; i++) {
			assertThat(serve(request("/v1/chat", "alice")).getStatus()).isEqualTo(200);
		}
		assertThat(this.served).hasSize(3);
		assertThat(this.limits.statistics("broken").degraded()).isEqualTo(3);
	}

	@Test
	void aFailingLimitDoesNotDisableTheOthers() throws Exception {
		rules(rule("/v1/**", this.limits.limit("broken", "1/min", Limits.failing()), this.chat));
		serve(request("/v1/chat", "alice"));
		serve(request("/v1/chat", "alice"));
		assertThat(serve(request("/v1/chat", "alice")).getStatus()).isEqualTo(429);
		assertThat(this.limits.statistics("chat").degraded()).isZero();
	}

	@Test
	void aFailingHeaderStyleDoesNotFailTheRequest() throws Exception {
		MockHttpServletResponse response = new MockHttpServletResponse() {

			@Override
			public void setHeader(String name, String value) {
				throw new IllegalArgumentException("A bug of a header style");
			}

		};
		run(request("/v1/chat", "alice"), response, application());
		assertThat(response.getStatus()).isEqualTo(200);
		assertThat(this.served).hasSize(1);
	}

	@Test
	void aRefusalThatCannotBeWrittenIsStillARefusal() throws Exception {
		rules(Rule.of("/v1/**", List.of(), List.of(this.chat), RulePhase.AUTO, "no-such-style"));
		serve(request("/v1/chat", "alice"));
		serve(request("/v1/chat", "alice"));
		assertThat(serve(request("/v1/chat", "alice")).getStatus()).isEqualTo(429);
		assertThat(this.served).hasSize(2);
	}

	@Test
	void failuresOfTheApplicationArePropagatedAndItIsCalledOnce() {
		int[] calls = { 0 };
		for (Exception failure : List.of(new IllegalStateException("app"), new IOException("app"),
				new ServletException("app"), new ServletException(new IllegalStateException("app")))) {
			assertThatThrownBy(() -> run(request("/v1/chat", failure.toString()), new MockHttpServletResponse(),
					(request, response) -> {
						calls[0]++;
						sneakyThrow(failure);
					}))
				.isSameAs(failure);
		}
		assertThat(calls[0]).isEqualTo(4);
		assertThat(this.limits.statistics("chat").degraded()).isZero();
		assertThat(this.scopes.get()).isNull();
	}

	@ParameterizedTest
	@MethodSource
	void aRefusalInsideTheApplicationGetsTheSameResponse(UnaryOperator<Throwable> wrapping) throws Exception {
		Decision refused = refuse("alice");
		RateLimitExceededException exception = new RateLimitExceededException(refused);
		MockHttpServletResponse response = new MockHttpServletResponse();
		run(request("/other", "alice"), response, (request, ignored) -> {
			ignored.getWriter().write("half an answer");
			sneakyThrow(wrapping.apply(exception));
		});
		assertThat(response.getStatus()).isEqualTo(429);
		assertThat(response.getHeader("Retry-After")).isEqualTo("30");
		assertThat(response.getHeader("X-RateLimit-Remaining")).isEqualTo("0");
	}

	static Stream<UnaryOperator<Throwable>> aRefusalInsideTheApplicationGetsTheSameResponse() {
		return Stream.of((ex) -> ex, (ex) -> new ServletException(new ServletException(ex)),
				(ex) -> new CompletionException(new ExecutionException(ex)),
				(ex) -> new UndeclaredThrowableException(new InvocationTargetException(ex)),
				(ex) -> new ServletException(new CompletionException(ex)));
	}

	@Test
	void aFailureCausedByARefusalIsPropagated() {
		IllegalStateException failure = new IllegalStateException(new RateLimitExceededException(refuse("alice")));
		assertThatThrownBy(() -> run(request("/other", "alice"), new MockHttpServletResponse(), (request, ignored) -> {
			throw failure;
		})).isSameAs(failure);
	}

	@Test
	void aMissingKeyInsideTheApplicationGets403() throws Exception {
		MockHttpServletResponse response = new MockHttpServletResponse();
		run(request("/other", "alice"), response, (request, ignored) -> {
			throw new ServletException(new MissingKeyException("chat", "No key."));
		});
		assertThat(response.getStatus()).isEqualTo(403);
	}

	@Test
	void aRefusalAfterTheResponseIsCommittedIsPropagated() {
		RateLimitExceededException exception = new RateLimitExceededException(refuse("alice"));
		MockHttpServletResponse response = new MockHttpServletResponse();
		assertThatThrownBy(() -> run(request("/other", "alice"), response, (request, ignored) -> {
			response.setCommitted(true);
			throw exception;
		})).isSameAs(exception);
		assertThat(response.getStatus()).isEqualTo(200);
	}

	@ParameterizedTest
	@EnumSource(names = { "ASYNC", "ERROR" })
	void laterDispatchesAreBoundButNotChargedAgain(DispatcherType dispatch) throws Exception {
		MockHttpServletRequest request = request("/v1/chat", "alice");
		serve(request);
		request.setDispatcherType(dispatch);
		if (dispatch == DispatcherType.ERROR) {
			request.setAttribute("jakarta.servlet.error.request_uri", "/v1/chat");
		}
		MockHttpServletResponse later = new MockHttpServletResponse();
		run(request, later, (served, response) -> {
			application().doFilter(served, response);
			assertThat(this.limits.statistics("chat").allowed()).isEqualTo(1);
			this.served.get(1).record(refuse("bob"), List.of());
			this.served.get(1).writeHeaders();
		});
		assertThat(this.served).hasSize(2);
		assertThat(this.served.get(1)).isSameAs(this.served.get(0));
		assertThat(later.getHeader("X-RateLimit-Remaining")).isEqualTo("0");
	}

	@Test
	void aRequestThatWasLetThroughIsNotLimitedByALaterDispatch() throws Exception {
		MockHttpServletRequest request = request("/v1/chat", "alice");
		this.limits.killSwitch.set(false, LimitMode.ENFORCE);
		serve(request);
		this.limits.killSwitch.set(true, LimitMode.ENFORCE);
		request.setDispatcherType(DispatcherType.ASYNC);
		serve(request);
		assertThat(this.limits.statistics("chat").allowed()).isZero();
	}

	@Test
	void aRequestThatPassesTheFilterTwiceIsChargedOnce() throws Exception {
		MockHttpServletRequest request = request("/v1/chat", "alice");
		serve(request);
		serve(request);
		serve(request);
		assertThat(this.limits.statistics("chat").allowed()).isEqualTo(1);
	}

	@Test
	void theStateOfTheThreadIsRestored() throws Exception {
		HttpLimitedRequest outer = this.scopes.create(request("/outer", "x"), new MockHttpServletResponse());
		this.scopes.bind(outer);
		serve(request("/v1/chat", "alice"));
		assertThat(this.served.get(0)).isNotSameAs(outer);
		assertThat(this.scopes.get()).isSameAs(outer);
		this.scopes.bind(null);
	}

	@Test
	void aKeyOf100KilobytesIsAnOrdinaryKey() throws Exception {
		String key = "k".repeat(100 * 1024);
		serve(request("/v1/chat", key));
		serve(request("/v1/chat", key));
		assertThat(serve(request("/v1/chat", key)).getStatus()).isEqualTo(429);
		assertThat(serve(request("/v1/chat", key + "x")).getStatus()).isEqualTo(200);
		assertThat(this.served.get(0).limits().get(0).key().text()).hasSizeLessThanOrEqualTo(128);
	}

	@ParameterizedTest
	@ValueSource(strings = { "a\r\nSet-Cookie: x=1", "a\"b", "a\\b", "\u0000", "\u00fc", "\"; r=999", " " })
	void aKeyWithControlCharactersBreaksNothing(String key) throws Exception {
		rules(rule("/v1/**", this.address, this.chat));
		serve(request("/v1/chat", key));
		serve(request("/v1/chat", key));
		MockHttpServletResponse response = serve(request("/v1/chat", key));
		assertThat(response.getStatus()).isEqualTo(429);
		assertThat(response.getHeaderNames()).doesNotContain("Set-Cookie");
		for (String name : response.getHeaderNames()) {
			assertThat(response.getHeader(name)).matches("[\\x20-\\x7e]*").doesNotContain("999");
		}
		assertThat(response.getContentAsString()).doesNotContain("Set-Cookie");
	}

	@Test
	void anAddressThatInventsKeysIsStoppedByTheLimitPerAddress() throws Exception {
		rules(rule("/v1/**", this.address, this.chat));
		int allowed = 0;
		for (int i = 0; i < 1_000; i++) {
			allowed += (serve(request("/v1/chat", "key" + i)).getStatus() == 200) ? 1 : 0;
		}
		assertThat(allowed).isEqualTo(5);
		assertThat(this.limits.store.trackedKeys(Handles.of(this.chat.registered().limit()))).isLessThanOrEqualTo(5);
	}

	@Test
	void aForwardedHeaderOfAClientIsNotTrusted() throws Exception {
		rules(rule("/v1/**", this.address));
		int allowed = 0;
		for (int i = 0; i < 10; i++) {
			MockHttpServletRequest request = request("/v1/chat", null);
			request.addHeader("X-Forwarded-For", "10.0.0." + i);
			allowed += (serve(request).getStatus() == 200) ? 1 : 0;
		}
		assertThat(allowed).isEqualTo(5);
	}

	@Test
	void aRefusedCallIsAllowedExactlyAfterItsRetryAfter() throws Exception {
		serve(request("/v1/chat", "alice"));
		serve(request("/v1/chat", "alice"));
		this.limits.time.advance(java.time.Duration.ofSeconds(30).minusNanos(1));
		assertThat(serve(request("/v1/chat", "alice")).getStatus()).isEqualTo(429);
		this.limits.time.advance(java.time.Duration.ofNanos(1));
		assertThat(serve(request("/v1/chat", "alice")).getStatus()).isEqualTo(200);
	}

	private void rules(Rule... rules) {
		Rules all = new Rules(List.of(rules), Map::of);
		this.scopes = this.limits.scopes(all);
		this.before = this.limits.filter(RulePhase.BEFORE_SECURITY, all, this.scopes);
		this.after = this.limits.filter(RulePhase.AFTER_SECURITY, all, this.scopes);
	}

	private static Rule rule(String path, LimitPolicy... policies) {
		return Rule.of(path, List.of(), List.of(policies), RulePhase.AUTO, null);
	}

	private static Rule rule(RulePhase phase, LimitPolicy... policies) {
		return Rule.of("/**", List.of(), List.of(policies), phase, null);
	}

	private static MockHttpServletRequest request(String path, String key) {
		MockHttpServletRequest request = new MockHttpServletRequest("GET", path);
		request.setServletPath(path);
		if (key != null) {
			request.addHeader("X-API-Key", key);
		}
		return request;
	}

	private MockHttpServletResponse serve(MockHttpServletRequest request) throws Exception {
		MockHttpServletResponse response = new MockHttpServletResponse();
		run(request, response, application());
		return response;
	}

	private void run(MockHttpServletRequest request, HttpServletResponse response, FilterChain application)
			throws ServletException, IOException {
		this.before.doFilter(request, response, (first, second) -> this.after.doFilter(first, second, application));
	}

	private FilterChain application() {
		return (request, response) -> {
			HttpLimitedRequest scope = this.scopes.get();
			if (scope != null) {
				this.served.add(scope);
			}
			else {
				this.served.add(null);
			}
		};
	}

	private Decision refuse(String key) {
		RegisteredLimit chat = this.limits.registry.get("chat");
		this.limits.limiter.tryAcquire(Charge.of(chat.handle(), Key.of(key), 2));
		Decision refused = this.limits.limiter.tryAcquire(Charge.of(chat.handle(), Key.of(key), 1));
		assertThat(refused.isAllowed()).isFalse();
		return refused;
	}

	private static List<String> remaining(HttpLimitedRequest scope) {
		return Objects.requireNonNull(scope)
			.limits()
			.stream()
			.map((limit) -> limit.limit().name() + " " + limit.remaining())
			.toList();
	}

	@SuppressWarnings("unchecked")
	private static <E extends Throwable> void sneakyThrow(Throwable failure) throws E {
		throw (E) failure;
	}

}
