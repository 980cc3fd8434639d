package io.github.ratelimit.actuate;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ratelimit.Limit;
import io.github.ratelimit.ManualTime;
import io.github.ratelimit.Rate;
import io.github.ratelimit.registry.KillSwitch;
import io.github.ratelimit.registry.LimitChanges;
import io.github.ratelimit.registry.LimitRegistry;
import io.github.ratelimit.store.LimitStore;
import io.github.ratelimit.store.memory.MemoryStore;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;
import org.springframework.boot.actuate.endpoint.SecurityContext;
import org.springframework.boot.actuate.endpoint.Show;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;

class RateLimitsEndpointWebExtensionTests {

	@Test
	void aPageThatTheStoreRejectsIsABadRequest() {
		LimitRegistry registry = new LimitRegistry();
		registry.register(Limit.of("chat", Rate.parse("1/s")), List.of());
		KillSwitch killSwitch = new KillSwitch(true);
		RateLimitsEndpoint endpoint = new RateLimitsEndpoint(registry,
				refusingEveryPageButTheFirst(new MemoryStore(new ManualTime(), 10)), killSwitch, null,
				LimitChanges.ofInstance(registry, killSwitch), new RecentCounts(registry), Show.NEVER);
		RateLimitsEndpointWebExtension extension = new RateLimitsEndpointWebExtension(endpoint, Show.NEVER, Set.of());

		WebEndpointResponse<OperationResponseBody> response = extension.limit(SecurityContext.NONE, "chat", "nonsense",
				null, null);

		assertThat(response.getStatus()).isEqualTo(400);
		assertThat(response.getBody()).hasToString("Problem[title=Bad Request, status=400, "
				+ "detail=after is 'nonsense'. Write the next of the page before, or leave it out.]");
		assertThat(extension.limit(SecurityContext.NONE, "chat", null, null, null).getStatus()).isEqualTo(200);
	}

	private static LimitStore refusingEveryPageButTheFirst(LimitStore store) {
		return (LimitStore) Proxy.newProxyInstance(LimitStore.class.getClassLoader(),
				new Class<?>[] { LimitStore.class }, (proxy, method, arguments) -> {
					if (method.getName().equals("keys") && arguments[1] != null) {
						throw new IllegalArgumentException("no page");
					}
					return method.invoke(store, arguments);
				});
	}

}
