package io.github.ratelimit.web.filter;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ratelimit.Decision;
import io.github.ratelimit.Key;
import io.github.ratelimit.Limit;
import io.github.ratelimit.LimitDecision;
import io.github.ratelimit.Rate;
import io.github.ratelimit.TestThreads;
import io.github.ratelimit.expression.RequestFacts;
import io.github.ratelimit.permit.CallPermit;
import io.github.ratelimit.permit.LimitedRequest;
import io.github.ratelimit.registry.Handles;
import io.github.ratelimit.store.Charge;
import io.github.ratelimit.web.path.Rules;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpServletResponseWrapper;
import java.lang.reflect.Method;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.web.context.request.RequestContextHolder;
import org.springframework.web.context.request.ServletRequestAttributes;
import org.springframework.web.context.request.async.DeferredResult;

class HttpLimitedRequestTests {

	private final Limits limits = new Limits();

	private final CurrentHttpRequest scopes = this.limits.scopes(new Rules(List.of(), Map::of));

	private final Limit chat = Limit.of("chat", Rate.parse("10/min"));

	private final MockHttpServletRequest request = new MockHttpServletRequest("GET", "/v1/chat");

	private final MockHttpServletResponse response = new MockHttpServletResponse();

	private final HttpLimitedRequest scope = this.scopes.create(this.request, this.response);

	HttpLimitedRequestTests() {
		this.limits.registry.register(this.chat, List.of());
	}

	@BeforeEach
	void noRequestIsBound() {
		RequestContextHolder.resetRequestAttributes();
	}

	@AfterEach
	void clear() {
		RequestContextHolder.resetRequestAttributes();
	}

	@Test
	void theChargeOfTheFilterCoversTheFirstCallOnly() {
		this.scope.paid(take("alice", 2));
		assertThat(this.scope.cover(charge("alice", 2))).isEqualTo(2);
		assertThat(this.scope.cover(charge("alice", 2))).isZero();
	}

	@Test
	void theCoverOfARefusedCallIsKeptForTheNext() {
		this.scope.paid(take("alice", 2));
		long covered = this.scope.cover(charge("alice", 2));
		this.scope.uncover(charge("alice", 2), covered);
		this.scope.uncover(charge("bob", 1), this.scope.cover(charge("bob", 1)));
		assertThat(this.scope.cover(charge("bob", 1))).isZero();
		assertThat(this.scope.cover(charge("alice", 2))).isEqualTo(2);
		assertThat(this.scope.cover(charge("alice", 2))).isZero();
	}

	@Test
	void oneOfSeveralThreadsIsCovered() throws Exception {
		for (int round = 0; round < 200; round++) {
			Charge charge = charge("caller" + round, 1);
			this.scope.paid(take("caller" + round, 1));
			AtomicLong covered = new AtomicLong();
			TestThreads.run(2, (thread) -> covered.addAndGet(this.scope.cover(charge)));
			assertThat(covered).hasValue(1);
		}
	}

	@Test
	void aMoreExpensiveCallIsCoveredInPart() {
		this.scope.paid(take("alice", 2));
		assertThat(this.scope.cover(charge("alice", 5))).isEqualTo(2);
	}

	@Test
	void aCheaperCallIsCoveredInFullAndUsesUpTheCover() {
		this.scope.paid(take("alice", 5));
		assertThat(this.scope.cover(charge("alice", 2))).isEqualTo(5);
		assertThat(this.scope.cover(charge("alice", 2))).isZero();
	}

	@Test
	void aRefusedCheaperCallLeavesTheWholeCoverForTheNext() {
		this.scope.paid(take("alice", 5));
		this.scope.uncover(charge("alice", 2), this.scope.cover(charge("alice", 2)));
		assertThat(this.scope.cover(charge("alice", 5))).isEqualTo(5);
	}

	@Test
	void anEndedRequestKeepsNoCallOpen() throws Exception {
		MockHttpServletRequest gone = new MockHttpServletRequest() {

			@Override
			public Object getAttribute(String name) {
				throw new IllegalStateException("The request object has been recycled");
			}

		};
		HttpLimitedRequest late = this.scopes.create(gone, this.response);
		CallPermit call = late.record(take("alice", 1), List.of());
		Method method = Object.class.getMethod("toString");
		assertThat(late.keepsOpen(call, method, null)).isFalse();
		late.watch(this.response);
		assertThat(late.keepsOpen(call, method, null)).isFalse();
		assertThat(late.facts().attribute("usage")).isNull();
	}

	@Test
	void thePermitOfARequestGivesBackWhatWasTakenBeforeItWasRead() {
		this.scope.watch(this.response);
		this.scope.paid(take("key0", 5));
		assertThat(this.scope.permit().giveBack()).isTrue();
		assertThat(left(this.chat, 0)).isEqualTo(10);
	}

	@Test
	void aPermitThatIsReadAfterTheEndSettlesButGivesNothingBack() {
		this.scope.watch(this.response);
		this.scope.paid(take("key0", 5));
		this.scope.afterDispatch(this.request, this.response, null, false);
		assertThat(this.scope.permit().giveBack()).isFalse();
		assertThat(left(this.chat, 0)).isEqualTo(5);
		assertThat(this.scope.permit().settle("chat", 2)).isTrue();
		assertThat(left(this.chat, 0)).isEqualTo(8);
	}

	@Test
	void aCallThatBeginsAfterTheEndOfItsRequestIsNotKeptOpen() throws Exception {
		this.scope.watch(this.response);
		this.scope.afterDispatch(this.request, this.response, null, false);
		CallPermit call = this.scope.record(take("alice", 1), List.of());
		assertThat(this.scope.keepsOpen(call, Object.class.getMethod("toString"), new DeferredResult<>())).isFalse();
	}

	@Test
	void aRequestEndsWithTheStatusThatItsFirstFilterSees() {
		Limit tokens = Limit.named("tokens").rates(Rate.parse("10/min")).costed(true).build();
		this.limits.registry.register(tokens, List.of());
		HttpServletResponse replaced = new HttpServletResponseWrapper(this.response) {

			@Override
			public int getStatus() {
				return 500;
			}

		};
		this.scope.watch(this.response);
		this.scope.use(replaced);
		this.scope.paid(this.limits.limiter.tryAcquire(Charge.of(Handles.of(tokens), Key.of("key0"), 4)));
		this.scope.afterDispatch(this.request, this.response, null, false);
		assertThat(left(tokens, 0)).isEqualTo(6);
	}

	@Test
	void callsThatCountAfterwardsCountAtOnceAboveABound() {
		Limit logins = Limit.named("logins").rates(Rate.parse("10/min")).costed(true).build();
		this.limits.registry.register(logins, List.of());
		this.scope.watch(this.response);
		for (int i = 0; i < 2 * Settlements.MAX_SETTLEMENTS; i++) {
			Charge login = Charge.of(Handles.of(logins), Key.of("key" + i), 1).pending();
			CallPermit call = this.scope.record(this.limits.limiter.tryAcquire(login), List.of());
			this.scope.settleAfterResponse(login, (status) -> LimitedRequest.NOT_COUNTED);
			call.close();
		}
		assertThat(left(logins, 0)).isEqualTo(9);
		this.scope.afterDispatch(this.request, this.response, null, false);
		assertThat(left(logins, 0)).isEqualTo(10);
		assertThat(left(logins, Settlements.MAX_SETTLEMENTS - 1)).isEqualTo(10);
		assertThat(left(logins, Settlements.MAX_SETTLEMENTS)).isEqualTo(9);
		assertThat(left(logins, 2 * Settlements.MAX_SETTLEMENTS - 1)).isEqualTo(9);
	}

	private long left(Limit limit, int key) {
		return this.limits.limiter.tryAcquire(Charge.peek(Handles.of(limit), Key.of("key" + key), 1))
			.limits()
			.get(0)
			.remaining();
	}

	@Test
	void anotherKeyOrLimitIsNotCovered() {
		this.scope.paid(take("alice", 1));
		assertThat(this.scope.cover(charge("bob", 1))).isZero();
		assertThat(this.scope.cover(Charge.of(Handles.of(Limit.of("other", Rate.parse("10/min"))), Key.of("alice"), 1)))
			.isZero();
	}

	@Test
	void aRefusalAndACallOfTheApplicationCoverNothing() {
		record(take("bob", 1));
		take("alice", 10);
		this.scope.paid(take("alice", 1));
		assertThat(this.scope.cover(charge("alice", 1))).isZero();
		assertThat(this.scope.cover(charge("bob", 1))).isZero();
	}

	@Test
	void theLastDecisionOfEachLimitAndKeyIsKept() {
		this.scope.paid(take("alice", 1));
		record(take("bob", 1));
		record(take("alice", 3));
		assertThat(this.scope.limits()).extracting(LimitDecision::key).containsExactly(Key.of("alice"), Key.of("bob"));
		assertThat(this.scope.limits()).extracting(LimitDecision::remaining).containsExactly(6L, 9L);
	}

	@Test
	void aCallWithEverNewKeysKeepsABoundedNumber() {
		this.scope.paid(take("first", 1));
		for (int i = 0; i < 1_000; i++) {
			record(take("key" + i, 1));
		}
		assertThat(this.scope.limits()).hasSize(HttpLimitedRequest.MAX_LIMITS);
		assertThat(this.scope.limits().get(0).key()).isEqualTo(Key.of("first"));
		assertThat(this.scope.limits().get(HttpLimitedRequest.MAX_LIMITS - 1).key()).isEqualTo(Key.of("key999"));
	}

	@Test
	void headersAreRewrittenUntilTheResponseIsCommitted() {
		record(take("alice", 1));
		assertThat(this.response.getHeader("X-RateLimit-Remaining")).isEqualTo("9");
		record(take("alice", 1));
		assertThat(this.response.getHeader("X-RateLimit-Remaining")).isEqualTo("8");
		this.response.setCommitted(true);
		record(take("alice", 1));
		assertThat(this.response.getHeader("X-RateLimit-Remaining")).isEqualTo("8");
	}

	@Test
	void aDecisionWithoutFactsWritesNoHeaders() {
		record(Decision.degraded());
		record(Decision.unlimited());
		assertThat(this.response.getHeaderNames()).isEmpty();
	}

	@Test
	void aDecisionWithoutFactsDoesNotRewriteHeaders() {
		record(take("alice", 1));
		this.response.reset();
		record(Decision.degraded());
		record(Decision.unlimited());
		assertThat(this.response.getHeaderNames()).isEmpty();
		record(take("alice", 1));
		assertThat(this.response.getHeader("X-RateLimit-Remaining")).isEqualTo("8");
	}

	@Test
	void theScopeIsStoredInTheRequest() {
		assertThat(HttpLimitedRequest.of(this.request)).isSameAs(this.scope);
		assertThat(HttpLimitedRequest.of(new MockHttpServletRequest())).isNull();
	}

	@Test
	void theCurrentScopeIsTheOneBoundToTheThread() {
		LimitedRequest.Current current = this.scopes::get;
		RequestFacts.Current facts = this.scopes.facts();
		assertThat(current.get()).isNull();
		assertThat(facts.get()).isNull();
		assertThat(this.scopes.bind(this.scope)).isNull();
		assertThat(current.get()).isSameAs(this.scope);
		assertThat(facts.get()).isSameAs(this.scope.facts());
		assertThat(this.scopes.bind(null)).isSameAs(this.scope);
		assertThat(current.get()).isNull();
	}

	@Test
	void orElseTheCurrentScopeIsThatOfSpringsCurrentRequest() {
		RequestContextHolder.setRequestAttributes(new ServletRequestAttributes(this.request, this.response));
		assertThat(this.scopes.get()).isSameAs(this.scope);
	}

	@Test
	void aRequestWithoutTheFilterGetsItsOwnScope() {
		MockHttpServletRequest unseen = new MockHttpServletRequest("GET", "/unseen");
		RequestContextHolder.setRequestAttributes(new ServletRequestAttributes(unseen, this.response));
		LimitedRequest first = Objects.requireNonNull(this.scopes.get());
		assertThat(this.scopes.get()).isSameAs(first).isSameAs(HttpLimitedRequest.of(unseen));
		first.record(take("alice", 1), List.of());
		first.writeHeaders();
		assertThat(this.response.getHeader("X-RateLimit-Remaining")).isEqualTo("9");
		assertThat(Objects.requireNonNull(this.scopes.facts().get()).path()).isEqualTo("/unseen");
	}

	@Test
	void anEndedRequestIsNotTheCurrentOne() {
		MockHttpServletRequest recycled = new MockHttpServletRequest() {

			@Override
			public Object getAttribute(String name) {
				throw new IllegalStateException("The request object has been recycled");
			}

		};
		RequestContextHolder.setRequestAttributes(new ServletRequestAttributes(recycled));
		assertThat(this.scopes.get()).isNull();
		assertThat(this.scopes.facts().get()).isNull();
	}

	private void record(Decision decision) {
		this.scope.record(decision, List.of());
		this.scope.writeHeaders();
	}

	private Decision take(String key, long permits) {
		return this.limits.limiter.tryAcquire(charge(key, permits));
	}

	private Charge charge(String key, long permits) {
		return Charge.of(Handles.of(this.chat), Key.of(key), permits);
	}

}
