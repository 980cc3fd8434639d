package io.github.ratelimit.method;

import io.github.ratelimit.Decision;
import io.github.ratelimit.Key;
import io.github.ratelimit.expression.RequestFacts;
import io.github.ratelimit.limiter.ChargeLimiter;
import io.github.ratelimit.permit.CallPermit;
import io.github.ratelimit.permit.LimitedRequest;
import io.github.ratelimit.permit.RequestPermit;
import io.github.ratelimit.registry.LimitRegistry;
import io.github.ratelimit.store.Charge;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.IntToLongFunction;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.util.ReflectionUtils;

/** The request of the test's thread, bound as the web package does. */
final class BoundRequest {

	private final ThreadLocal<Request> current = new ThreadLocal<>();

	Request bind(String apiKey) {
		Request request = new Request(Map.of("x-api-key", apiKey));
		this.current.set(request);
		return request;
	}

	void unbind() {
		this.current.remove();
	}

	@Nullable LimitedRequest scope() {
		return this.current.get();
	}

	@Nullable RequestFacts facts() {
		return this.current.get();
	}

	static final class Request implements RequestFacts, LimitedRequest {

		private final Map<String, String> headers;

		private final Map<String, Long> paid = new HashMap<>();

		private final List<Decision> decisions = new ArrayList<>();

		private final RequestPermit permit = new RequestPermit(List.of());

		private final List<Runnable> afterResponse = new ArrayList<>();

		private int status;

		private boolean gone;

		private @Nullable Supplier<? extends Throwable> failure;

		private Request(Map<String, String> headers) {
			this.headers = headers;
		}

		/** Sets what the filter has already charged. */
		Request paid(String limit, long permits) {
			this.paid.put(limit, permits);
			return this;
		}

		/** Charges a limit as a rule of the filter does. */
		void charged(BeanFactory beans, String limit, long permits) {
			Charge charge = Charge.of(beans.getBean(LimitRegistry.class).get(limit).handle(),
					Key.of(Objects.requireNonNull(this.headers.get("x-api-key"))), permits);
			this.permit.add(beans.getBean(ChargeLimiter.class).tryAcquire(List.of(charge)));
			paid(limit, permits);
		}

		/** Makes everything that decides about this request fail. */
		Request failing(Supplier<? extends Throwable> failure) {
			this.failure = failure;
			return this;
		}

		/** Makes the request one that its container has recycled. */
		void recycled() {
			this.gone = true;
		}

		List<Decision> decisions() {
			return this.decisions;
		}

		@Override
		public long cover(Charge charge) {
			if (this.failure != null) {
				ReflectionUtils.rethrowRuntimeException(this.failure.get());
			}
			Long paid = this.paid.remove(charge.limit().name());
			return (paid != null) ? paid : 0;
		}

		@Override
		public void uncover(Charge charge, long permits) {
			this.paid.merge(charge.limit().name(), permits, Long::sum);
		}

		@Override
		public CallPermit record(Decision decision, List<Charge> covered) {
			this.decisions.add(decision);
			return decision.isAllowed() ? this.permit.call(decision, covered) : CallPermit.nothing();
		}

		@Override
		public void writeHeaders() {
		}

		@Override
		public void settleAfterResponse(Charge charge, IntToLongFunction actual) {
			this.afterResponse.add(() -> {
				long permits = actual.applyAsLong(this.status);
				if (permits >= 0) {
					this.permit.settle(charge, permits);
				}
			});
		}

		/** Completes the response. */
		void complete(int status) {
			this.status = status;
			this.afterResponse.forEach(Runnable::run);
			this.permit.close();
		}

		RequestPermit permit() {
			return this.permit;
		}

		@Override
		public boolean keepsOpen(CallPermit call, Method method, @Nullable Object result) {
			if (this.gone) {
				throw new IllegalStateException("The request object has been recycled");
			}
			return false;
		}

		@Override
		public @Nullable String ip() {
			return "192.0.2.1";
		}

		@Override
		public @Nullable String user() {
			return null;
		}

		@Override
		public String method() {
			return "POST";
		}

		@Override
		public String path() {
			return "/chat";
		}

		@Override
		public @Nullable String header(String name) {
			return this.headers.get(name.toLowerCase(Locale.ROOT));
		}

		@Override
		public @Nullable String cookie(String name) {
			return null;
		}

		@Override
		public @Nullable String param(String name) {
			return null;
		}

		@Override
		public @Nullable Object claim(String name) {
			return null;
		}

		@Override
		public boolean hasRole(String role) {
			return "operator".equals(this.headers.get("x-api-key")) && role.equals("OPS");
		}

		@Override
		public boolean hasAuthority(String authority) {
			return false;
		}

		@Override
		public byte @Nullable [] address() {
			return null;
		}

		@Override
		public @Nullable Object attribute(String name) {
			return null;
		}

	}

}
