package io.github.ratelimit.client.springai;

import io.github.ratelimit.client.ClientLimiter;
import io.github.ratelimit.client.ClientLimiters;
import io.github.ratelimit.client.okhttp.RateLimitOkHttpInterceptor;
import org.springframework.ai.anthropic.http.okhttp.AnthropicHttpClientBuilderCustomizer;
import org.springframework.ai.anthropic.http.okhttp.SpringAiAnthropicHttpClient;

/**
 * Limits Spring AI's models of Anthropic's API, and of those that have the same one. A
 * bean of this type applies to all of them that Spring Boot configures.
 * <p>
 * A streamed answer that is queued holds a thread of OkHttp and one of the 64 concurrent
 * calls that a model allows.
 */
public final class RateLimitAnthropicCustomizer implements AnthropicHttpClientBuilderCustomizer {

	private final RateLimitOkHttpInterceptor interceptor;

	/**
	 * Creates a customizer that limits the requests whose addresses match.
	 * @param limiters the clients of the configuration
	 */
	public RateLimitAnthropicCustomizer(ClientLimiters limiters) {
		this.interceptor = new RateLimitOkHttpInterceptor(limiters);
	}

	/**
	 * Creates a customizer that limits all requests.
	 * @param limiter the client of the configuration
	 */
	public RateLimitAnthropicCustomizer(ClientLimiter limiter) {
		this.interceptor = new RateLimitOkHttpInterceptor(limiter);
	}

	@Override
	public void customize(SpringAiAnthropicHttpClient.Builder builder) {
		builder.interceptor(this.interceptor);
	}

}
