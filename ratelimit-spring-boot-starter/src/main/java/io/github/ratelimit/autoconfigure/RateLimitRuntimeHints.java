package io.github.ratelimit.autoconfigure;

import io.github.ratelimit.RateLimitExempt;
import io.github.ratelimit.RateLimited;
import io.github.ratelimit.RateLimits;
import io.github.ratelimit.ReadsSecurityContext;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.aot.hint.MemberCategory;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;
import org.springframework.aot.hint.TypeReference;
import org.springframework.util.ClassUtils;

/**
 * What the starter itself needs in a native image: the scripts for Redis, the page, the
 * codes of messages, annotations, proxies, and members that are called by their name.
 */
final class RateLimitRuntimeHints implements RuntimeHintsRegistrar {

	private static final List<Class<?>> ANNOTATIONS = List.of(RateLimited.class, RateLimits.class,
			RateLimitExempt.class, ReadsSecurityContext.class);

	private static final String REST_CLIENT = "org.springframework.web.client.RestClient";

	@Override
	public void registerHints(RuntimeHints hints, @Nullable ClassLoader classLoader) {
		hints.resources().registerPattern("io/github/ratelimit/store/redis/script/*.lua");
		hints.resources().registerPattern("io/github/ratelimit/actuate/page/*");
		hints.resources().registerPattern("io/github/ratelimit/autoconfigure/report/message-codes.txt");
		ANNOTATIONS.forEach((type) -> hints.reflection().registerType(type, MemberCategory.INVOKE_DECLARED_METHODS));
		// header('Authorization')?.substring(7) and the like
		hints.reflection().registerType(String.class, MemberCategory.INVOKE_PUBLIC_METHODS);
		if (ClassUtils.isPresent(REST_CLIENT, classLoader)) {
			hints.proxies().registerJdkProxy(TypeReference.of(REST_CLIENT));
			hints.proxies().registerJdkProxy(TypeReference.of(REST_CLIENT + "$Builder"));
		}
		hints.reflection()
			.registerTypeIfPresent(classLoader,
					"org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory",
					(type) -> type.withField("configuration"));
	}

}
