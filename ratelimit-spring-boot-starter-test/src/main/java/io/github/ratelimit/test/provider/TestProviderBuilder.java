package io.github.ratelimit.test.provider;

import io.github.ratelimit.test.provider.dialect.ProviderDialect;
import io.github.ratelimit.test.provider.dialect.ProviderDialects;
import io.github.ratelimit.test.provider.limits.ProviderLimits;
import io.github.ratelimit.test.provider.limits.ProviderUsage;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * Builds a {@link TestProvider}. Not thread-safe. The functions that it is given are
 * called by the thread of the provider and must not block; if one throws, the request is
 * answered 500 with the exception in the body.
 */
public final class TestProviderBuilder {

	ProviderDialect dialect = ProviderDialects.OPENAI;

	ProviderLimits limits = ProviderLimits.builder().build();

	Function<TestRequest, ProviderUsage> usage = TestRequest::plausibleUsage;

	Function<TestRequest, Duration> responseDelay = (request) -> Duration.ZERO;

	Duration eventDelay = Duration.ZERO;

	List<String> pieces = List.of("All ", "is ", "well.");

	UnaryOperator<Map<String, String>> headers = UnaryOperator.identity();

	boolean headEarly;

	boolean limitsOfHead;

	TestProviderBuilder() {
	}

	private TestProviderBuilder(TestProviderBuilder other) {
		this.dialect = other.dialect;
		this.limits = other.limits;
		this.usage = other.usage;
		this.responseDelay = other.responseDelay;
		this.eventDelay = other.eventDelay;
		this.pieces = other.pieces;
		this.headers = other.headers;
		this.headEarly = other.headEarly;
		this.limitsOfHead = other.limitsOfHead;
	}

	/**
	 * Sets how limits are reported and refusals are worded.
	 * @param dialect one of {@link ProviderDialects} or an own one, OpenAI's by default
	 * @return this builder
	 */
	public TestProviderBuilder dialect(ProviderDialect dialect) {
		this.dialect = Objects.requireNonNull(dialect, "dialect");
		return this;
	}

	/**
	 * Sets the limits, and with them the clock.
	 * @param limits the limits, none by default
	 * @return this builder
	 */
	public TestProviderBuilder limits(ProviderLimits limits) {
		this.limits = Objects.requireNonNull(limits, "limits");
		return this;
	}

	/**
	 * Sets what requests use.
	 * @param usage a function of the request, {@link TestRequest#plausibleUsage()} by
	 * default
	 * @return this builder
	 */
	public TestProviderBuilder usage(Function<TestRequest, ProviderUsage> usage) {
		this.usage = Objects.requireNonNull(usage, "usage");
		return this;
	}

	/**
	 * Sets how long it takes to answer an admitted request: up to the body, or to the
	 * first event of a stream. Refusals come at once.
	 * @param delay a function of the request, no time by default
	 * @return this builder
	 */
	public TestProviderBuilder responseDelay(Function<TestRequest, Duration> delay) {
		this.responseDelay = Objects.requireNonNull(delay, "delay");
		return this;
	}

	/**
	 * Sets the time between two events of a stream.
	 * @param delay the time, none by default
	 * @return this builder
	 */
	public TestProviderBuilder eventDelay(Duration delay) {
		this.eventDelay = Objects.requireNonNull(delay, "delay");
		return this;
	}

	/**
	 * Sets the text of all answers.
	 * @param pieces the text in the pieces in which it is streamed, at least one; a short
	 * sentence by default
	 * @return this builder
	 */
	public TestProviderBuilder text(String... pieces) {
		if (pieces.length == 0) {
			throw new IllegalArgumentException("An answer needs a text, though it may be empty");
		}
		this.pieces = List.of(pieces);
		return this;
	}

	/**
	 * Changes the headers of all answers: a test can remove some, as a gateway does, or
	 * add others.
	 * @param change a function of a map of names in lower case and values, which it may
	 * change and return
	 * @return this builder
	 */
	public TestProviderBuilder headers(UnaryOperator<Map<String, String>> change) {
		this.headers = Objects.requireNonNull(change, "change");
		return this;
	}

	/**
	 * Sends the head of an answer as soon as the request is admitted, and what follows
	 * after the delay. By default the head comes after the delay too.
	 * @param early whether it comes at once
	 * @return this builder
	 */
	public TestProviderBuilder headEarly(boolean early) {
		this.headEarly = early;
		return this;
	}

	/**
	 * Reports the limits as they are when the head is sent. By default headers report
	 * them as they were right after the admission, however late the head comes.
	 * @param ofHead whether they are those of the head
	 * @return this builder
	 */
	public TestProviderBuilder limitsOfHead(boolean ofHead) {
		this.limitsOfHead = ofHead;
		return this;
	}

	/**
	 * Starts a provider.
	 * @return the provider, which the caller closes
	 */
	public TestProvider start() {
		return new TestProvider(new TestProviderBuilder(this));
	}

}
