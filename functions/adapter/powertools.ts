import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics } from '@aws-lambda-powertools/metrics';
import type { Context } from 'aws-lambda';
import type { Telemetry } from './telemetry.ts';

/**
 * Telemetry for Lambda by Powertools: one JSON object a line, and metrics in the embedded metric format, which CloudWatch
 * reads out of the log. `LOG_LEVEL`, `POWERTOOLS_SERVICE_NAME` and their kin mean here what they mean there.
 */
export function powertoolsTelemetry({ service = 'hone', namespace = 'hone' } = {}): Telemetry {
  const logger = new Logger({ serviceName: service });
  const metrics = new Metrics({ namespace, serviceName: service });
  let isCold = true;
  let hasMeasured = false; // Powertools warns of publishing nothing.
  return {
    begin(invocation) {
      logger.resetKeys();
      if (!invocation) return;
      logger.addContext(invocation as Context);
      const { functionName } = invocation as Partial<Context>;
      if (functionName) metrics.setFunctionName(functionName);
      if (isCold) metrics.captureColdStartMetric();
      isCold = false;
    },
    note: (fields) => logger.appendKeys(fields),
    info: (message, fields = {}) => logger.info(message, fields),
    warn: (message, fields = {}) => logger.warn(message, fields),
    error: (message, fields = {}) => logger.error(message, fields),
    measure(name, unit, value) {
      metrics.addMetric(name, unit, value);
      hasMeasured = true;
    },
    end() {
      if (hasMeasured) metrics.publishStoredMetrics();
      hasMeasured = false;
    },
  };
}
