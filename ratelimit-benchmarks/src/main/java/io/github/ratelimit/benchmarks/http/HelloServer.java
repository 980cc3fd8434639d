package io.github.ratelimit.benchmarks.http;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.Profile;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** The server that is measured, one of the {@link Variant variants} in its profile. */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
@Import(HelloServer.HelloController.class)
public class HelloServer {

	/**
	 * Starts the server and prints its port.
	 * @param args arguments of the application
	 */
	public static void main(String[] args) {
		ConfigurableApplicationContext context = SpringApplication.run(HelloServer.class, args);
		System.out.println("port " + context.getEnvironment().getRequiredProperty("local.server.port"));
		System.out.flush();
	}

	@Bean
	@Profile("by-hand")
	HandWrittenFilter handWrittenFilter() {
		return new HandWrittenFilter();
	}

	/** Answers as little as can be. */
	@RestController
	static class HelloController {

		@GetMapping("/v1/hello")
		String hello() {
			return "hello";
		}

	}

}
