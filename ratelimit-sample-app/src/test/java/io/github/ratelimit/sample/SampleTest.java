package io.github.ratelimit.sample;

import io.github.ratelimit.sample.chat.HeldPace;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.context.annotation.Import;

/**
 * Starts the sample on a free port, with a {@link ManualTime} for its limits and streams
 * that do not pause. Each test has its own keys, and refills shared limits.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@SpringBootTest(webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT)
@Import({ ManualTime.class, HeldPace.class })
@interface SampleTest {

}
