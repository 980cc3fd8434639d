package io.github.ratelimit.benchmarks.redis.limiter;

import io.github.ratelimit.benchmarks.redis.server.LettuceClients;
import java.util.List;
import org.springframework.cloud.gateway.filter.ratelimit.RateLimiter.Response;
import org.springframework.cloud.gateway.filter.ratelimit.RedisRateLimiter;
import org.springframework.cloud.gateway.support.ConfigurationService;
import org.springframework.core.io.ClassPathResource;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.data.redis.core.ReactiveStringRedisTemplate;
import org.springframework.data.redis.core.script.RedisScript;
import org.springframework.validation.Validator;

/** Spring Cloud Gateway's limiter without the gateway, awaited by each caller. */
final class GatewayLimiter implements RemoteLimiter {

	private static final String ROUTE = "benchmark";

	private final LettuceConnectionFactory factory;

	private final RedisRateLimiter limiter;

	GatewayLimiter(Instance instance) {
		this.factory = LettuceClients.factory(instance.servers());
		this.limiter = new RedisRateLimiter(new ReactiveStringRedisTemplate(this.factory), script(),
				new ConfigurationService(null, () -> null, () -> (Validator) null));
		Quota quota = adapt(instance.quota());
		this.limiter.getConfig()
			.put(ROUTE, new RedisRateLimiter.Config().setReplenishRate(quota.perSecond())
				.setBurstCapacity(quota.capacity()));
	}

	/** It refuses a burst below the rate. */
	static Quota adapt(Quota quota) {
		return new Quota(Math.max(quota.capacity(), quota.perSecond()), quota.perSecond());
	}

	@SuppressWarnings({ "unchecked", "rawtypes" })
	private static RedisScript<List<Long>> script() {
		return (RedisScript) RedisScript.of(new ClassPathResource("META-INF/scripts/request_rate_limiter.lua"),
				List.class);
	}

	@Override
	public boolean tryAcquire(String key) {
		Response response = this.limiter.isAllowed(ROUTE, key).block();
		if ("-1".equals(response.getHeaders().get(RedisRateLimiter.REMAINING_HEADER))) {
			throw new IllegalStateException("The gateway's limiter failed, and let through");
		}
		return response.isAllowed();
	}

	@Override
	public void close() {
		this.factory.destroy();
	}

}
