package io.github.ratelimit.actuate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.ratelimit.Key;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import javax.management.MBeanException;
import javax.management.MBeanOperationInfo;
import javax.management.MBeanParameterInfo;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.junit.jupiter.api.Test;

/**
 * The endpoint without HTTP.
 */
class RateLimitsEndpointJmxTests {

	private static final String STRING = String.class.getName();

	/** Valid arguments of each operation. */
	private static final Map<String, List<String>> VALUES = Map.of("limit", List.of("chat"), "key",
			List.of("chat", "alice"), "ban", List.of("chat", "alice", "1h"), "reset", List.of("chat", "alice"),
			"resetAll", List.of("chat"), "change", List.of("chat", "20/min"), "changeAll", List.of("true"));

	private final MBeanServer server = ManagementFactory.getPlatformMBeanServer();

	@Test
	void showsTheSameOverJmx() throws Exception {
		try (EndpointApplication application = EndpointApplication.start("spring.jmx.enabled=true",
				"management.endpoints.jmx.exposure.include=ratelimits")) {
			application.limit("chat", "10/min");
			application.call("chat", Key.of("alice"), 3);
			ObjectName name = this.server
				.queryNames(new ObjectName("org.springframework.boot:type=Endpoint,name=Ratelimits,*"), null)
				.iterator()
				.next();

			assertThat(invoke(name, "rateLimits")).asString().contains("enabled=true, mode=enforce");
			assertThat(invoke(name, "limit", "chat", null, null)).asString().contains("limit=chat", "remaining=7");
			assertThat((Map<?, ?>) invoke(name, "key", "chat", "alice")).extracting("remaining").isEqualTo(7L);
			assertThat(this.server.getMBeanInfo(name).getOperations()).extracting("name").doesNotContain("reset");
			assertThatThrownBy(() -> invoke(name, "limit", "chta", null, null)).isInstanceOf(MBeanException.class)
				.hasMessageContaining("Did you mean 'chat'?");
		}
	}

	@Test
	void changesTheSameOverJmx() throws Exception {
		try (EndpointApplication application = EndpointApplication.start("spring.jmx.enabled=true",
				"management.endpoint.ratelimits.access=unrestricted",
				"management.endpoints.jmx.exposure.include=ratelimits")) {
			application.limit("chat", "10/min");
			application.call("chat", Key.of("alice"), 3);
			ObjectName name = this.server
				.queryNames(new ObjectName("org.springframework.boot:type=Endpoint,name=Ratelimits,*"), null)
				.iterator()
				.next();

			MBeanOperationInfo[] operations = this.server.getMBeanInfo(name).getOperations();
			// a key that was reset has no state
			Arrays.sort(operations, Comparator.comparing(MBeanOperationInfo::getName));
			for (MBeanOperationInfo operation : operations) {
				String[] types = Stream.of(operation.getSignature())
					.map(MBeanParameterInfo::getType)
					.toArray(String[]::new);
				Object[] arguments = new Object[types.length];
				List<String> values = VALUES.getOrDefault(operation.getName(), List.of());
				for (int i = 0; i < values.size(); i++) {
					arguments[i] = values.get(i);
				}
				assertThat(this.server.invoke(name, operation.getName(), arguments, types)).as(operation.getName())
					.isInstanceOf(Map.class);
			}
		}
	}

	private Object invoke(ObjectName name, String operation, Object... arguments) throws Exception {
		String[] types = (arguments.length == 3) ? new String[] { STRING, STRING, Integer.class.getName() }
				: (arguments.length == 2) ? new String[] { STRING, STRING } : new String[0];
		return this.server.invoke(name, operation, arguments, types);
	}

}
